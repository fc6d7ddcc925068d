"""Killed at random moments and resumed: does a training end as one that was left alone, bit for bit?

`python benchmarks/kill.py [--n 20] [--kills 1] [--workers 0] [--every-steps 3] [--seed 0]`

A small network with everything that carries state (dropout, batch normalisation, MixUp, a frozen phase whose rate is looked for, a cosine
with warm-up, accumulation with a left-over, clipping, early stopping that counts, balanced sampling, augmentation, half precision where the
processor has it) is trained once undisturbed. Then, `n` times: a process trains it, is killed with signal 9, another process with other
initial weights goes on, is killed ... and the last one ends. Moments are drawn uniformly over the batches of the undisturbed training (in
every second trial over those after the search for the rate, which is most of the batches and writes nothing), and within a batch over its
time, however busy the machine is; in every fourth trial the first kill waits for a checkpoint that is being written. A trial whose training
was faster than the signal is drawn again. Compared are the weights at the end (all parameters and buffers), the best weights, the history
and the lines of metrics.jsonl. Exit status 1 unless all are equal. Processes are forked from one that has imported everything: a trial
takes seconds.
"""
import argparse
import contextlib
import hashlib
import io
import json
import math
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections import OrderedDict
from pathlib import Path
import numpy as np
import pandas as pd
import torch
from torch import nn

warnings.filterwarnings('ignore', category=FutureWarning)


FINDER = 100 # batches of `find_lr`


class WalkReader:
    "Clips in which a square walks up or down"
    n_frames,fps,size = 4,8.,(16,16)

    def __init__(self, n=32, n_val=12): # eight batches, in threes: two are left over
        label = np.where(np.arange(n+n_val)%3==0, 'tail', 'ear')
        self.events = pd.DataFrame(dict(event_id=[f'e{i}' for i in range(n+n_val)], video='pen.mp4', start_s=10.*np.arange(n+n_val),
                                        duration_s=2., label=label, split=['train']*n+['val']*n_val))

    def __len__(self): return len(self.events)
    def check(self, progress=False): return pd.DataFrame(columns=['event_id','video','reason','detail'])
    def offsets(self, row, n_clips): return np.linspace(0, 1, n_clips)
    def jitter(self, row, rng): return rng.uniform(0, 1)
    def read_into(self, row, offset_s, out): out[:] = self.read(row, offset_s)

    def read(self, row, offset_s):
        rng = np.random.default_rng(row)
        clip,(y,x) = np.repeat(rng.integers(0, 90, (1,16,16,3)), 4, 0).astype(np.uint8),rng.integers(2, 10, 2)
        step = 2 if self.events.label[row]=='tail' else -2
        for t in range(4): clip[t,(at := int(y+step*(t+offset_s*8))%12):at+4,x:x+4] = 220
        return clip


def network():
    body = nn.Sequential(nn.Conv3d(3, 8, 3, stride=(1,2,2), padding=1), nn.BatchNorm3d(8), nn.ReLU(),
                         nn.Conv3d(8, 16, 3, stride=2, padding=1), nn.BatchNorm3d(16), nn.ReLU(), nn.AdaptiveAvgPool3d(1), nn.Flatten())
    return nn.Sequential(OrderedDict(body=body, head=nn.Sequential(nn.Dropout(.5), nn.Linear(16, 2))))


def body_and_head(m): return [list(m.body.parameters()), list(m.head.parameters())]


def train(folder, init, a, beats):
    "What one process does: go on with the run in `folder`, or begin it; `beats` counts its batches"
    from fastai.callback.core import Callback
    from crosssuck.data.augment import ClipAugment
    from crosssuck.data.clips import clip_dls
    from crosssuck.runs import Run
    from crosssuck.train.callbacks import real_precisions
    from crosssuck.train.learners import clip_learner
    from crosssuck.train.phases import Phase, fit_phases
    class Beat(Callback):
        def before_batch(self): beats.value += 1
    torch.set_num_threads(1)
    torch.manual_seed(init)
    dls = clip_dls(WalkReader(), bs=4, valid_bs=16, seed=1, clips_per_event=2, balanced=True, workers=a.workers, device='cpu',
                   augment=ClipAugment((16,16), trivial=False), verbose=False)
    plan = [Phase('head', 1, 'find', freeze=True),
            Phase('whole', 5, 4e-2, 'cosine', warmup_epochs=1, warmup_start_lr=1e-3, min_lr=1e-4, lr_mult=.5)]
    half = 'bf16' if real_precisions(torch.device('cpu')) else False
    with Run(folder, resume=True) as run, contextlib.redirect_stdout(io.StringIO()):
        learn = clip_learner(dls, network(), splitter=body_and_head, run=run, seed=1, amp=half, verbose=False, metrics=['auc','f1_tail'],
                             positive='tail', mixup=.2, accumulate=3, grad_clip=1., early_stopping=dict(patience=9),
                             every_steps=a.every_steps, cbs=[Beat()])
        learn.recorder.add_time = False
        with learn.no_bar(), learn.no_logging(): fit_phases(learn, plan, run, resume=True)
        run.finish()


def digest(weights):
    h = hashlib.sha256()
    for k,v in weights.items(): h.update(k.encode()); h.update(v.numpy().tobytes())
    return h.hexdigest()[:16]


def outcome(folder):
    "What a finished training left: hashes of last and best weights, the history, the lines of the record"
    from crosssuck.train.checkpoints import read_checkpoint
    weights = [digest(read_checkpoint(folder/n)['model']) if (folder/n).exists() else None for n in ('last.ckpt','best.ckpt')]
    return *weights, json.loads((folder/'training_history.json').read_text()), (folder/'metrics.jsonl').read_text()


def start(folder, init, a):
    "A process that trains, and the count of its batches"
    context = multiprocessing.get_context('fork')
    process = context.Process(target=train, args=(folder, init, a, beats := context.Value('i', 0, lock=False)))
    process.start()
    return process,beats


def kill(process, beats, folder, batch, seconds, writing):
    "Kill `process` `seconds` into its `batch`, or when it next writes a checkpoint; where that was, or None if it came to its end"
    while beats.value<batch and process.is_alive(): time.sleep(.0005)
    time.sleep(seconds)
    while writing and process.is_alive() and not list(folder.glob('.last.ckpt.*.tmp')): pass
    if not process.is_alive(): return None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    return place(folder)


def place(folder):
    "What the run folder says after a kill"
    from crosssuck.errors import InputError
    from crosssuck.train.checkpoints import read_checkpoint
    torn = ' while a checkpoint was written' if list(folder.glob('.*.tmp')) else ''
    try: s = read_checkpoint(folder/'last.ckpt')
    except InputError: return 'before the first checkpoint'+torn
    step = s['inside']['step'] if s['inside'] else 0
    return f'{s["phase"]["name"]} {s["epoch"]}.{step}{torn}'


def other_weights(folder, seed):
    "A seed for initial weights: the training's own until there is a checkpoint to go on from, which must not need it"
    return 1+seed if any((folder/n).exists() for n in ('last.ckpt','last.prev.ckpt')) else 0


def trial(k, a, batches, took, rng, root):
    "Killed `a.kills` times, each while a process works, then left to its end: `(folder, places)`"
    folder,places = root/f'trial{k}',[]
    for i in range(a.kills):
        process,beats = start(folder, other_weights(folder, 100*k+i), a)
        at = rng.uniform(FINDER*(k%2), batches)
        places.append(kill(process, beats, folder, math.ceil(at), at%1*took/batches, k%4==3 and i==0))
        process.join()
        if places[-1] is None: break
    if not any(places): # the training was faster than the signal
        shutil.rmtree(folder)
        return trial(k, a, batches, took, rng, root)
    last,_ = start(folder, other_weights(folder, 100*k+99), a)
    last.join()
    if last.exitcode: raise SystemExit(f'trial {k} did not end: exit status {last.exitcode}')
    return folder, [p for p in places if p]


def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    for name,value in dict(n=20, kills=1, workers=0, every_steps=3, seed=0).items():
        p.add_argument(f'--{name.replace("_", "-")}', type=int, default=value)
    a,equal = p.parse_args(),0
    import crosssuck.train.phases, crosssuck.train.learners, crosssuck.data.clips # noqa: E401, F401 - before forking
    rng = np.random.default_rng(a.seed)
    with tempfile.TemporaryDirectory() as tmp:
        root,began = Path(tmp),time.perf_counter()
        process,beats = start(root/'alone', 0, a)
        process.join()
        began,took,truth = time.perf_counter(),time.perf_counter()-began,outcome(root/'alone')
        print(f'left alone: weights {truth[0]}, best {truth[1]}, {beats.value} batches in {took:.1f} s; {a.n} trials, up to {a.kills} '
              f'kills each, {a.workers} workers, a checkpoint every {a.every_steps} batches')
        for k in range(a.n):
            folder,places = trial(k, a, beats.value, took, rng, root)
            got = outcome(folder)
            same = got==truth
            equal += same
            wrong = '' if same else ' in '+', '.join(n for n,x,y in zip(('weights','best weights','history','record'), got, truth) if x!=y)
            print(f'{k+1:>3}: {got[0]} {"equal" if same else "DIFFERS"}{wrong}; killed at {", ".join(places)}', flush=True)
    print(f'{equal} of {a.n} equal, bit for bit, {time.perf_counter()-began:.0f} s')
    sys.exit(equal!=a.n)


if __name__=='__main__': main()
