"""Fusion and stabiliser over a film at once against frame by frame: `python benchmarks/fusion.py [--frames 1000000] [--loop 5000]`

Planted frames, a third of them without a face, a tenth with unknown variances and a third too uncertain for the stabiliser, are fused and
stabilised, steadiness included, with `fuse` and `AdaptiveStabilizer.run`. The peer is what a live film costs: `fuse` and `update` once a
frame, and both steadiness figures read; it is timed on the first frames only and multiplied, since it takes minutes. A second peer is a
plain loop over Python's floats with running sums for the window, the fastest that a loop gets without compiling. Values have to be equal
to 1e-9 on the frames that the loops saw. Aim: 100 times the per-frame loop.
"""
import argparse
import time
from collections import deque
import numpy as np
from crosssuck.fuse.fusion import AdaptiveStabilizer, fuse


def frames(n, seed=0):
    "Means and variances of scene and face, (n, 2) each"
    rng = np.random.default_rng(seed)
    means,variances = np.clip(rng.normal(0, .4, (2, n, 2)), -1, 1),rng.uniform(0, 1.2, (2, n, 2))
    means[1,rng.random(n)<1/3] = np.nan
    variances[:,rng.random(n)<.1] = np.nan
    return means[0],variances[0],means[1],variances[1]


def at_once(sm, sv, fm, fv):
    both = fuse(sm, sv, fm, fv)
    out = AdaptiveStabilizer().run(both.mean, both.var)
    return np.column_stack([both.mean, both.var, out.mean, out.variance, out.jitter])


def by_frame(sm, sv, fm, fv):
    s,rows = AdaptiveStabilizer(),[]
    for a,b,c,d in zip(sm, sv, fm, fv):
        both = fuse(a, b, c, d)
        rows.append((*both.mean, *both.var, *s.update(both.mean, both.var), s.stability_variance, s.stability_jitter))
    return np.array(rows, float)


def plain(sm, sv, fm, fv, alpha=.7, threshold=.4, window=60, eps=1e-6):
    "The same on Python's floats; scenes are always there"
    rows,last,history,total,squares,steps = [],None,deque(),[0.,0.],[0.,0.],0.
    for s,u,f,v in zip(sm.tolist(), sv.tolist(), fm.tolist(), fv.tolist()):
        mean,var,face = [],[],f[0]==f[0]
        for d in (0,1):
            if not face: mean.append(s[d]); var.append(u[d]); continue
            known = u[d]==u[d] and v[d]==v[d]
            a,b = (1/(u[d]+eps),1/(v[d]+eps)) if known else (.6,.4)
            mean.append(min(max((a*s[d]+b*f[d])/(a+b), -1), 1)); var.append(1/(a+b) if known else float('nan'))
        new = list(mean) if last is None else [last[d] if var[d]>threshold else alpha*mean[d]+(1-alpha)*last[d] for d in (0,1)]
        if last is not None: steps += abs(new[0]-last[0])+abs(new[1]-last[1])
        history.append(new)
        for d in (0,1): total[d] += new[d]; squares[d] += new[d]*new[d]
        if len(history)>window:
            old = history.popleft()
            steps -= abs(history[0][0]-old[0])+abs(history[0][1]-old[1])
            for d in (0,1): total[d] -= old[d]; squares[d] -= old[d]*old[d]
        k,last = len(history),new
        var_now = sum(squares[d]/k-(total[d]/k)**2 for d in (0,1))/2
        rows.append((*mean, *var, *new, *((var_now, steps/2/(k-1)) if k>1 else (None, None))))
    return np.array(rows, float)


def seconds(f, *args, turns=3):
    "Least of several turns, and what `f` gave"
    took = []
    for _ in range(turns):
        began = time.perf_counter()
        out = f(*args)
        took.append(time.perf_counter()-began)
    return min(took),out


def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('--frames', type=int, default=1_000_000)
    p.add_argument('--loop', type=int, default=5000, help='frames that the loops see')
    a = p.parse_args()
    n = min(a.loop, a.frames)
    given = frames(a.frames)
    took,out = seconds(at_once, *given)
    print(f'at once: {a.frames:,} frames in {took:.2f} s')
    for name,f,turns in (('per-frame loop',by_frame,1), ('plain loop over floats',plain,3)):
        loop,want = seconds(f, *(x[:n] for x in given), turns=turns)
        np.testing.assert_allclose(out[:n], want, atol=1e-9)
        ratio = loop*a.frames/n/took
        aim = ' (aim: 100)' if f is by_frame else ''
        print(f'{name}: {loop/n*1e6:.1f} us a frame on {n:,} frames, scaled to all {loop*a.frames/n:.1f} s: '
              f'{ratio:.0f} times as long{aim}, equal to 1e-9')


if __name__=='__main__': main()
