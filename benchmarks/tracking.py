"""What tracking and checkpointing cost: their share of an epoch of training, measured within one run.

`python benchmarks/tracking.py [--model r3d_18] [--frames 16] [--size 112] [--bs 4] [--steps 60] [--epochs 2] [--every-steps 0] [--logs]`

A `clip_learner` trains on clips that cost nothing to read. Around every event of `RunRecord`, `Checkpoints` and (`--logs`) TensorBoard
stands a clock, as around the epoch: the ratio of the two, on the clock and in processor time, is the cost. An epoch's share depends on
how long an epoch is, so the cost in seconds and the shortest epoch that keeps it under 2 % are printed too. On the clock counts what the
training waits for: a thread brings checkpoints to the disk, whose processor time is not in the callbacks' share. Aim: below 2 %.
"""
import argparse
import contextlib
import io
import tempfile
import time
import warnings
import numpy as np
import torch

warnings.filterwarnings('ignore', category=FutureWarning)


def now(): return np.array([time.perf_counter(), time.process_time()])


def timed(cb, spent):
    "Let every event of the callback `cb` add its time to `spent[its name]`"
    from fastai.callback.core import event
    for name in [n for n in vars(event).values() if isinstance(n, str)]:
        if not callable(f := getattr(type(cb), name, None)): continue

        def around(*args, _f=f, **kwargs):
            start = now()
            try: return _f(cb, *args, **kwargs)
            finally: spent[cb.name] = spent.get(cb.name, 0)+now()-start
        cb.__dict__[name] = around


def measure(a):
    "`(seconds of all epochs, {callback: seconds}, MiB of the checkpoints)`, seconds as (clock, processor)"
    from fastai.callback.core import Callback
    from crosssuck.data.clips import clip_dls
    from crosssuck.models.zoo import video_model
    from crosssuck.runs import Run
    from crosssuck.train.learners import clip_learner
    from crosssuck.train.logs import TensorBoardLog
    from training_step import OneClip
    device = torch.device(a.device)
    dls = clip_dls(OneClip(a.steps*a.bs+4, a.frames, a.size), bs=a.bs, valid_bs=4, clips_per_event=1, device=device, verbose=False)
    model,spent = video_model(a.model, n_frames=a.frames, size=a.size, verbose=False),{}

    class Epochs(Callback):
        "Outside of everything: from the first event of an epoch to its last"
        order,total = -1000,0

        def before_epoch(self): self.begin = now()

    class End(Callback):
        order = 1000

        def after_epoch(self): self.learn.epochs.total = self.learn.epochs.total+now()-self.learn.epochs.begin

    with tempfile.TemporaryDirectory() as tmp, Run(tmp) as run, contextlib.redirect_stdout(io.StringIO()):
        logs = [TensorBoardLog(run.path/'tensorboard')] if a.logs else []
        learn = clip_learner(dls, model, run=run, metrics=['auc','macro_f1'], every_steps=a.every_steps or None, verbose=False,
                             cbs=[Epochs(), End(), *logs])
        for cb in (learn.run_record, learn.checkpoints, *logs): timed(cb, spent)
        with learn.no_bar(): learn.fit_one_cycle(a.epochs, 1e-4)
        size = sum((run.path/n).stat().st_size for n in ('last.ckpt','best.ckpt') if (run.path/n).exists())/2**20
    return learn.epochs.total, spent, size


def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('--model', default='r3d_18')
    p.add_argument('--device', default='cpu')
    p.add_argument('--logs', action='store_true')
    for name,value in dict(frames=16, size=112, bs=4, steps=60, epochs=2, threads=2, every_steps=0).items():
        p.add_argument(f'--{name.replace("_", "-")}', type=int, default=value)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    total,spent,size = measure(a)
    cost = sum(spent.values())
    print(f'{a.model}, {a.frames}x{a.size}x{a.size}, batch {a.bs}, {a.device}, {a.threads} threads: {a.epochs} epochs of {a.steps} steps, '
          f'checkpoints {size:.0f} MiB')
    for i,name in enumerate(('clock','processor time')):
        parts = ', '.join(f'{k} {v[i]/a.epochs*1e3:.0f} ms' for k,v in spent.items())
        print(f'{name}: epoch {total[i]/a.epochs:.1f} s, of which {parts} = {cost[i]/total[i]:.2%}; '
              f'below 2 % from epochs of {cost[i]/a.epochs/.02:.0f} s on')


if __name__=='__main__': main()
