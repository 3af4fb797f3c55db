"""Other tools that sync, measured beside the engine: dlt and Singer.

Each lives in a virtual environment of its own below the user's cache folder, made when it is first
needed from the versions in this folder's *.txt. Each is a process as its users start it; its
clock runs from when it has imported what it needs.
"""
