"""Documents → tables → findings. Pure: no AWS call, no clock, no file."""
