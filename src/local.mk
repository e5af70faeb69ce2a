# libfiat.so: what an embedder links. It exports the public API alone.
