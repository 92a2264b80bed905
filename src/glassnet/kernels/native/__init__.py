"""From a function to machine code: by Numba to LLVM's portable code, and by LLVM to that of this processor."""
