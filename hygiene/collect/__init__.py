"""AWS → documents and gaps. Reads only: `operations.py` lists every call the program may make."""
