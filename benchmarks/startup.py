"""How long `crosssuck --help` takes, against `python -c pass` and against its limit of half a second: python benchmarks/startup.py"""
import subprocess, sys, time

def best(*words, n=7):
    "Least wall time of `n` runs, seconds"
    times = []
    for _ in range(n):
        began = time.perf_counter()
        subprocess.run(words, check=True, capture_output=True)
        times.append(time.perf_counter()-began)
    return min(times)

bare = best(sys.executable, '-c', 'pass')
for verb in ([], ['train'], ['audit']):
    took = best(sys.executable, '-m', 'crosssuck', *verb, '--help')
    print(f'crosssuck {" ".join([*verb, "--help"]):<16} {took:.3f} s = {took/bare:.1f} x a bare python, {took/.5:.2f} of the limit')
