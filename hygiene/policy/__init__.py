"""What a policy means: documents in, permissions and trust out. Pure: no AWS call, no frame, no clock."""
