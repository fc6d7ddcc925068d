"""Events out of probabilities, threshold sweeps and TAES: `python benchmarks/events.py [extract] [sweep] [taes] [memory]`

*extract*: hysteresis, morphology, merging, shortest duration, confidence on (1000, 15360) float32, against one read pass over the array
(`probs.sum()`; `probs.max()` is told too) and against the plain loop, timed on 10 of the rows and multiplied; on those the
events have to be the same. Aims: at most 60 read passes with numpy, 12 with numba.
*sweep*: hits and false alarms at 100 thresholds, hysteresis, merging and shortest duration included, against running the numpy path once
a threshold; equal counts. Aim: at least 20 times faster. With settings as above, with hysteresis alone, and with a wide merge.
*taes*: 10,000 references and 10,000 hypotheses over 1,000 h, and half and a tenth of it. Aim: under a second, linear.
*memory*: the peak that tracemalloc sees in `EventStream` over 24 h at 256 Hz in chunks of a minute.

Kinds of track: *walk* (smooth), *quiet* (a good detector: long stretches near 0, some events), *busy* (events half of the time, noise
across the thresholds) and *noise* (every sample drawn anew: no detector, the worst that can come).

Times are those of the process, not of the clock, the least of several turns; what is set against each other takes turns.
"""
import argparse
import gc
import time
import tracemalloc
from dataclasses import replace
import numpy as np
from scipy.special import expit
from crosssuck.score.events import score_events
from crosssuck.score.postprocess import EventStream, Post, _compiled, extract_events
from crosssuck.score.sweeps import sweep_thresholds

POST = Post(.86, .78, 5, .5, .5)


def track(kind, n=1000, t=15360, seed=0):
    "Probabilities (n, t) float32 at 256 Hz and labels"
    rng = np.random.default_rng(seed)
    if kind=='walk': # no jump, no noise between samples, as of a network with a wide field of view
        z = np.cumsum(rng.normal(0, .05, (n, t)), 1)
        return expit(z-z.mean(1, keepdims=True)-2).astype('f4'),np.roll(z, 500, 1)>z.max(1, keepdims=True)-1
    mean,spread,noise,step = dict(quiet=(-4, 1.2, .2, 256), busy=(0, 2, .3, 256), noise=(0, 2, 2, 1))[kind]
    slow = np.repeat(rng.normal(0, 1, (n, t//step+2)), step, 1)
    z = mean+spread*(slow[:,step//2:step//2+t] if step>1 else slow[:,:t])
    y = np.zeros((n, t), bool)
    for i in range(0, n, 4):
        s = rng.integers(0, t-3000)
        y[i,s:s+3000] = True
        z[i,s:s+3000] += 5
    return expit(z+rng.normal(0, noise, (n, t)).astype('f4')).astype('f4'),y


def race(turns, *calls):
    "Least seconds of the process for each call (function, *arguments), which take turns, and what each gave"
    took,out = [[] for _ in calls],[None]*len(calls)
    for _ in range(turns):
        for i,(f,*args) in enumerate(calls):
            gc.collect()
            gc.disable() # as timeit does
            began = time.process_time()
            out[i] = f(*args)
            took[i].append(time.process_time()-began)
            gc.enable()
    return [min(t) for t in took],out


def plain(p, post, sfreq):
    "The plain loop over samples and lists"
    out = []
    for r,row in enumerate(p.tolist()):
        runs,on,begin = [],False,0
        for t,x in enumerate(row):
            if on and x<post.tau_off: on = False; runs.append([begin,t])
            elif not on and x>=post.tau_on: on,begin = True,t
        if on: runs.append([begin,len(row)])
        runs = [x for x in runs if x[1]-x[0]>=post.kernel_size]
        for gap in (post.kernel_size, post.merge_gap*sfreq):
            joined = []
            for a,b in runs:
                if joined and a-joined[-1][1]<gap: joined[-1][1] = b
                else: joined.append([a,b])
            runs = joined
        out += [(r, a/sfreq, b/sfreq, sum(row[a:b])/(b-a), max(row[a:b])) for a,b in runs if b-a>=post.min_duration*sfreq]
    return out


def extract():
    engines = ('numpy','numba') if _compiled() else ('numpy',)
    if not _compiled(): print('extract: numba is not installed')
    for kind in ('walk','quiet','busy','noise'):
        p,_ = track(kind)
        (loop,),(want,) = race(2, (plain, p[:10], POST, 256.))
        for engine in engines: # compiled, if it has to be
            assert np.allclose(extract_events(p[:10], POST, engine=engine).to_numpy(), np.array(want).reshape(-1, 5), atol=1e-6)
        (passes,top,*took),(*_,found) = race(7, (p.sum,), (p.max,), *((extract_events, p, POST, 256., e) for e in engines))
        for engine,t in zip(engines, took):
            print(f'extract, {kind}, {engine}: {len(found)} events: {t/passes:.1f} passes of sum, {t/top:.1f} of max '
                  f'(aim: {dict(numpy=60, numba=12)[engine]}), 1/{loop*len(p)/10/t:.0f} of the plain loop')


def rerun(p, on, post):
    "The whole numpy path once a threshold"
    follow = post.tau_off/post.tau_on
    return [len(extract_events(p, replace(post, tau_on=t, tau_off=t*follow), engine='numpy')) for t in on]


def sweep(n=250):
    on = np.unique(np.linspace(.01, .99, 100))
    for name,post in dict(settings=POST, hysteresis=Post(.86, .78), wide=Post(.86, .78, 5, 3, 90)).items():
        for kind in ('walk','quiet','busy','noise'):
            p,y = track(kind, n)
            (again,took),(counts,table) = race(2, (rerun, p, on, post), (sweep_thresholds, p, y, on, post))
            assert table.n_hyp.tolist()==counts
            print(f'sweep, {name}, {kind}: {len(on)} thresholds of ({n}, 15360): 1/{again/took:.1f} of re-running the numpy path '
                  f'(aim: 1/20), {took/p.size*1e9:.1f} ns a sample, equal counts')


def taes():
    rng,took = np.random.default_rng(0),{}
    for n in (1000, 5000, 10_000):
        events = [[(k*360+a, k*360+a+d) for k,(a,d) in enumerate(zip(rng.uniform(0, 200, n), rng.uniform(10, 150, n)))] for _ in 'rh']
        for method in ('taes','ovlp','epoch','dpalign','szcore-event','szcore-sample'):
            took[method,n] = race(3, (score_events, *events, n*360., method))[0][0]
    for method in ('taes','ovlp','epoch','dpalign','szcore-event','szcore-sample'):
        print(f'{method}: 10,000 against 10,000 in 1,000 h: {took[method,10_000]:.3f} s (aim for TAES: 1 s); '
              f'{took[method,10_000]/took[method,5000]:.2f} times 5,000, {took[method,10_000]/took[method,1000]:.1f} times 1,000')


def memory():
    p,_ = track('quiet', 1, 256*3600)
    stream = EventStream(POST)
    tracemalloc.start()
    for _ in range(24):
        for at in range(0, p.shape[1], 15360): stream.push(p[:,at:at+15360])
    found = stream.finish()
    print(f'memory: 24 h at 256 Hz in chunks of a minute, {len(found)} events: peak {tracemalloc.get_traced_memory()[1]/2**20:.1f} MiB '
          f'beside the chunk (the track is {24*p.nbytes/2**20:.0f} MiB)')
    tracemalloc.stop()


def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parts = dict(extract=extract, sweep=sweep, taes=taes, memory=memory)
    p.add_argument('parts', nargs='*', default=[], help=', '.join(parts))
    for part in p.parse_args().parts or parts: parts[part]()


if __name__=='__main__': main()
