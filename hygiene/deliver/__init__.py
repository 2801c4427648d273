"""Bytes in, receipts out: sends finished messages and reports; makes none of them."""
