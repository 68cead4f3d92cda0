"""What is done with a stack that stands: watched, explained, redriven, priced.

The functions are pure where they can be, and take what `observe` reads; the others take AWS clients
and the stack's outputs. The engine and the emulator are not known here.
"""
