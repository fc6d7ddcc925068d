"""What this library's callbacks cost: one training step of a `clip_learner` against the same step in a bare PyTorch loop.

`python benchmarks/training_step.py [--model r3d_18] [--frames 16] [--size 112] [--bs 4] [--steps 12] [--threads 2]`

Both train the same network on the same batch, in one process and turn by turn: before each step of the Learner a bare step is done inside
a callback, so that whatever else the machine is doing falls on both. A Learner's step is everything from the end of one bare step to the
beginning of the next: fetching and normalising the batch, fastai's loop, its recorder and schedule, and this library's callbacks with
record and checkpoints, focal loss with its class losses, clipping and metrics. The ratio is the median over the pairs of neighbours, on
the clock and in processor time; on a machine that others use too the second is the one to read. Aim: at most 1.05.
"""
import argparse
import contextlib
import io
import tempfile
import time
import warnings
import numpy as np
import pandas as pd
import torch

warnings.filterwarnings('ignore', category=FutureWarning)


class OneClip:
    "A reader whose every clip is the same frames: reading costs nothing, so that the step is what is timed"
    fps = 12.

    def __init__(self, n, n_frames, size):
        self.n_frames,self.size = n_frames,(size,size)
        self.frames = np.random.default_rng(0).integers(0, 256, (n_frames,size,size,3), dtype=np.uint8)
        self.events = pd.DataFrame(dict(event_id=[f'e{i}' for i in range(n)], video='v.mp4', start_s=10.*np.arange(n), duration_s=2.,
                                        label=['ear','tail']*(n//2), split=['train']*(n-4)+['val']*4))

    def __len__(self): return len(self.events)
    def check(self, progress=False): return pd.DataFrame(columns=['event_id','video','reason','detail'])
    def offsets(self, row, n_clips): return np.zeros(1)
    def jitter(self, row, rng): return 0.
    def read(self, row, offset_s): return self.frames
    def read_into(self, row, offset_s, out): out[:] = self.frames


def bare_loop(model, loss, lr, device):
    "A function that does one step of the plainest PyTorch training there is"
    opt = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=.01)
    model.train()

    def step(x, y):
        loss(model(x), y).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.)
        opt.step()
        opt.zero_grad()
        if device.type=='cuda': torch.cuda.synchronize()
    return step


def now(): return np.array([time.perf_counter(), time.process_time()])


def measure(a):
    "Seconds of the bare steps and of the Learner's, in pairs: (n, 2), on the clock and in processor time"
    from fastai.basics import Callback
    from crosssuck.data.clips import clip_dls
    from crosssuck.models.zoo import video_model
    from crosssuck.runs import Run
    from crosssuck.train.learners import clip_learner
    from crosssuck.train.losses import FocalLoss
    device = torch.device(a.device)
    reader = OneClip((a.steps+3)*a.bs+4, a.frames, a.size)
    dls = clip_dls(reader, bs=a.bs, valid_bs=4, clips_per_event=1, device=device, verbose=False)
    make = lambda: video_model(a.model, n_frames=a.frames, size=a.size, verbose=False).to(device)
    bare = bare_loop(make(), torch.nn.CrossEntropyLoss(), 1e-4, device)
    x,y = (torch.as_tensor(o).as_subclass(torch.Tensor) for o in dls.one_batch())
    bares,ours = [],[]

    class Turns(Callback):
        "Before each batch the bare step; the Learner's step lies between two of these"
        order,run_valid,name = -100,False,'turns'
        end = None

        def before_batch(self):
            if device.type=='cuda': torch.cuda.synchronize()
            start = now()
            if self.end is not None: ours.append(start-self.end)
            bare(x, y)
            self.end = now()
            bares.append(self.end-start)

    with tempfile.TemporaryDirectory() as tmp, Run(tmp) as run, contextlib.redirect_stdout(io.StringIO()):
        learn = clip_learner(dls, make(), loss=FocalLoss(), run=run, grad_clip=1., metrics=['auc','macro_f1'], cbs=Turns(), verbose=False)
        with learn.no_bar(): learn.fit_one_cycle(1, 1e-4)
    return np.array(bares[2:len(ours)]),np.array(ours[2:]) # the first steps warm up


def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('--model', default='r3d_18')
    for name,value in dict(frames=16, size=112, bs=4, steps=12, threads=2).items(): p.add_argument(f'--{name}', type=int, default=value)
    p.add_argument('--device', default='cpu')
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    bare,ours = measure(a)
    print(f'{a.model}, {a.frames}x{a.size}x{a.size}, batch {a.bs}, {a.device}, {a.threads} threads, {len(ours)} pairs of steps')
    for name,b,o in zip(('clock','processor time'), bare.T, ours.T):
        low,mid,high = np.quantile(o/b, [.25,.5,.75])
        print(f'{name}: bare {np.median(b)*1e3:.0f} ms, Learner {np.median(o)*1e3:.0f} ms; '
              f'ratio {mid:.3f} (middle half {low:.3f} to {high:.3f})')


if __name__=='__main__': main()
