"""The pools of Python's standard library, driven by the benchmark.

Usage: pool.py KIND WORKERS CHUNKSIZE

KIND is "pool" (multiprocessing.Pool) or "executor" (ProcessPoolExecutor);
CHUNKSIZE is a number, or "auto" for the library's own choice. Commands come on
standard input, one JSON value a line, and each is answered by one line. The
time of a map is measured around it, here. The end of the input is the end.
"""

import json
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor


def factorize(n):
    """Return the prime factors of n, by the same trial division as the Go side."""
    factors = []
    if n < 2:
        return factors
    for d in (2, 3):
        while n % d == 0:
            factors.append(d)
            n //= d
    d, step = 5, 2
    while d <= n // d:
        while n % d == 0:
            factors.append(d)
            n //= d
        d, step = d + step, 6 - step
    if n > 1:
        factors.append(n)
    return factors


def timed(function):
    """Return what the function returns, and how many nanoseconds it took."""
    start = time.perf_counter_ns()
    result = function()
    return result, time.perf_counter_ns() - start


def serve(mapper):
    """Answer commands; mapper(numbers) returns the list of their factors."""
    numbers, answers = [], []
    for line in sys.stdin:
        command, argument = json.loads(line)
        if command == "load":
            numbers, reply = argument, 0
        elif command == "run":
            head = numbers[:argument]
            answers, reply = timed(lambda: mapper(head))
        elif command == "compute":
            head = numbers[:argument]
            _, reply = timed(lambda: [factorize(n) for n in head])
        elif command == "answers":
            reply = answers
        else:
            sys.exit(f"pool.py: unknown command {command!r}")
        print(json.dumps(reply), flush=True)


def main():
    kind, workers = sys.argv[1], int(sys.argv[2])
    chunksize = None if sys.argv[3] == "auto" else int(sys.argv[3])
    if kind == "pool":
        with multiprocessing.Pool(workers) as pool:
            serve(lambda numbers: pool.map(factorize, numbers, chunksize=chunksize))
    elif kind == "executor":
        with ProcessPoolExecutor(workers) as executor:
            serve(lambda numbers: list(executor.map(factorize, numbers, chunksize=chunksize or 1)))
    else:
        sys.exit(f"pool.py: unknown kind {kind!r}")


if __name__ == "__main__":
    main()
