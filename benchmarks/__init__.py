"""The speed claims, runnable: `python -m benchmarks` measures us beside others in one run on the same machine."""
