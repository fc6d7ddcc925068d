"""What scanning a video costs beside decoding it and asking the model: `crosssuck.infer.scan`.

`python benchmarks/scan.py [--seconds 60] [--height 720] [--model r3d_18] [--device cpu] [--rounds 3] [--folder DIR]`

One film with numbered frames (H.264, 30 frames a second), made here and kept in DIR. Each round takes in turns: *decoding* (the frames
that the scan looks at, at the size that the model reads, and nothing done with them), *plain decoding* (PyAV, every frame of the file,
neither scaled nor kept), *forward* (the model on as many windows, ready in memory) and the *scan*. The aim: a scan takes no longer than
decoding and forward together. Reading goes on in a thread beside the model, so where cores are free it takes less, at best the longer of
the two. The same in processor time, which a busy machine spoils less: there a scan cannot be cheaper than its parts, only as cheap."""
import argparse
import tempfile
import time
from pathlib import Path
import av
import numpy as np
import pandas as pd
import torch
from video import record
from crosssuck.data.video import VideoFile
from crosssuck.infer.scan import _grid, _n_windows, scan_video
from crosssuck.models.zoo import ExportedModel, video_model

FOLDER = Path(tempfile.gettempdir())/'crosssuck_bench_scan'

def exported(name, size, n_frames, fps):
    "A model with random weights, as a run would hold it"
    torch.manual_seed(0)
    p = dict(size=[size,size], read_size=[size,size], n_frames=n_frames, fps=fps, channels='rgb', mean=[.5]*3, std=[.25]*3, diff_std=.05)
    return ExportedModel(video_model(name, n_out=2).eval(), ['other','bout'], p, name, {}, {})

def decoding(path, m):
    "The frames that a scan looks at, once"
    p = m.preprocessing
    with VideoFile(path) as v:
        numbers,_ = _grid(v, p['fps'], None, p['n_frames'])
        for _ in v.stream(np.unique(numbers), tuple(p['read_size'])): pass

def plain_decoding(path, threads):
    "Every frame of the file, with as many threads as ours takes"
    with av.open(str(path)) as c:
        s = c.streams.video[0]
        s.thread_type,s.codec_context.thread_count = 'AUTO',threads
        for _ in c.decode(s): pass

def forward(m, n, bs, device):
    "The model on `n` windows in batches that are there already"
    p = m.preprocessing
    x,net = torch.zeros(bs, 3, p['n_frames'], *p['size'], device=device),m.model.to(device)
    with torch.inference_mode():
        for i in range(0, n, bs): net(x[:n-i]).float().cpu()

def timed(part):
    "Seconds on the clock and of processor time, all threads together"
    wall,cpu = time.perf_counter(),time.process_time()
    part()
    return time.perf_counter()-wall,time.process_time()-cpu

def main():
    a = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for k,v in dict(seconds=60, height=720, model='r3d_18', size=112, frames=16, fps=7.5, bs=8, device='cpu', rounds=3).items():
        a.add_argument(f'--{k}', type=type(v), default=v)
    a.add_argument('--folder', type=Path, default=FOLDER)
    o = a.parse_args()
    o.folder.mkdir(parents=True, exist_ok=True)
    path = record(o.folder/f'{o.height}p{o.seconds}s.mp4', 30*o.seconds, o.height*16//9, o.height)
    m = exported(o.model, o.size, o.frames, o.fps)
    with VideoFile(path) as v: # which also leaves its index, as it does before the scan of any file that was seen
        numbers,hop = _grid(v, o.fps, None, o.frames)
        n,threads = _n_windows(len(numbers), o.frames, hop),v.threads
    parts = dict(decoding=lambda: decoding(path, m), plain=lambda: plain_decoding(path, threads),
                 forward=lambda: forward(m, n, o.bs, o.device), scan=lambda: scan_video(m, path, bs=o.bs, device=o.device))
    forward(m, o.bs, o.bs, o.device) # whatever is done once
    rows = [{name: timed(part) for name,part in parts.items()} for _ in range(o.rounds)]
    print(f'{path.name}, {n} windows of {o.frames} frames, {o.model} on {o.device}, threads of torch {torch.get_num_threads()}, '
          f'of the decoder {threads}')
    for i,clock in enumerate(('seconds on the clock','seconds of processor time')):
        t = pd.DataFrame([{k: v[i] for k,v in row.items()} for row in rows])
        t = t.assign(**{'scan/(decoding+forward)': t.scan/(t.decoding+t.forward), 'scan/(plain+forward)': t.scan/(t.plain+t.forward)})
        print(f'\n{clock}\n'+t.round(2).to_string(index=False))
        print('median '+', '.join(f'{k} {t[k].median():.2f}' for k in t if '/' in k)+' (aim: at most 1)')

if __name__=='__main__': main()
