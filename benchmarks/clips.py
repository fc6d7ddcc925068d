"""Clips a second through `ClipLoader`, as uint8, before normalisation: `python benchmarks/clips.py [--workers 2] [--seconds 3]`

Four recordings are written and cached; every figure is measured several times, in turns with the bare copying of clips out of the cache's
memory map, and stands beside it as a share of that, so that it means something on a busy machine as well."""
import argparse
import tempfile
import time
import warnings
from pathlib import Path
warnings.filterwarnings('ignore', message='.*torch.jit.script.*')
import av
import cv2
import numpy as np
import pandas as pd
import torch
from crosssuck.data.augment import ClipAugment
from crosssuck.data.clips import clip_dls
from crosssuck.data.video import ClipCache, ClipReader

N_FRAMES,FPS,SIZE = 16,12.,(112,112)

def film(path, seed, seconds=60, fps=15, size=(240,320)):
    "A texture that drifts, H.264"
    rng = np.random.default_rng(seed)
    ground = cv2.resize(rng.integers(0, 255, (9,9,3), dtype=np.uint8), size[::-1], interpolation=cv2.INTER_CUBIC)
    with av.open(str(path), 'w') as out:
        stream = out.add_stream('libx264', rate=fps, options=dict(preset='ultrafast'))
        stream.width,stream.height,stream.pix_fmt = size[1],size[0],'yuv420p'
        for i in range(seconds*fps):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(np.roll(ground, 2*i, 1)), format='rgb24')))
        out.mux(stream.encode())

def recordings(folder, n=4):
    "Event table and files of `n` recordings with twelve events of four seconds each"
    videos = {f'v{k}.mp4': folder/f'v{k}.mp4' for k in range(n)}
    for k,path in enumerate(videos.values()): film(path, k)
    return pd.DataFrame([dict(event_id=f'{k}-{i}', video=f'v{k}.mp4', start_s=5.*i, duration_s=4., label=('ear','tail')[i%2],
                              split='train' if i<8 else 'val') for k in range(n) for i in range(12)]), videos

def loader(reader, augment, repeats=20, bs=16, **kw):
    "The training loader of `clip_dls` without its batch transform, each event `repeats` times an epoch"
    train = clip_dls(reader, bs=bs, augment=augment, device='cpu', verbose=False, **kw).train
    return train.new(train.dataset.of(np.repeat(train.dataset.rows, repeats)), after_batch=[], seed=1)

def copier(folder):
    "Nothing but the copying of clips, one after the other, out of a memory map of the cache's largest file"
    data = np.memmap(max((f for f in folder.rglob('*') if f.is_file()), key=lambda f: f.stat().st_size), np.uint8, 'r')
    size = N_FRAMES*SIZE[0]*SIZE[1]*3
    out = np.empty(size, np.uint8)
    def epoch():
        for i in range(640): np.copyto(out, data[(at := i*size % (len(data)-size)):at+size])
        return 640
    return epoch

def epoch_of(dl):
    def epoch(): return sum(len(x) for x,_ in dl)
    return epoch

def rates(ways, seconds):
    "Clips a second of each of `ways`: the best of the turns taken one after the other"
    best = dict.fromkeys(ways, 0.)
    for epoch in ways.values(): epoch()
    until = time.perf_counter()+seconds*len(ways)
    while time.perf_counter()<until:
        for name,epoch in ways.items():
            began = time.perf_counter()
            n = epoch()
            best[name] = max(best[name], n/(time.perf_counter()-began))
    return best

def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('--workers', type=int, default=2); p.add_argument('--seconds', type=float, default=3., help='for each way')
    a = p.parse_args()
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        events,videos = recordings(folder)
        cache = ClipCache(folder/'cache', SIZE)
        cache.build(events, videos, N_FRAMES, FPS, progress=False)
        cached = ClipReader(events, videos, N_FRAMES, FPS, SIZE, cache)
        direct = ClipReader(events, videos, N_FRAMES, FPS, SIZE, index_cache=folder/'index')
        crops,full,w = ClipAugment(SIZE, trivial=False),ClipAugment(SIZE),a.workers
        ways = {'copying out of the map': copier(folder/'cache'),
                'cached, no worker': epoch_of(loader(cached, None)),
                f'cached, {w} processes': epoch_of(loader(cached, None, workers=w)),
                f'cached, {w} threads': epoch_of(loader(cached, None, threads=w)),
                'cached + crop and flip, no worker': epoch_of(loader(cached, crops)),
                f'cached + crop and flip, {w} processes': epoch_of(loader(cached, crops, workers=w)),
                'cached + crop, flip, TrivialAugment, no worker': epoch_of(loader(cached, full, 5)),
                f'cached + crop, flip, TrivialAugment, {w} processes': epoch_of(loader(cached, full, 5, workers=w)),
                f'cached + crop, flip, TrivialAugment, {w} threads': epoch_of(loader(cached, full, 5, threads=w)),
                f'decoded each time, {w} processes': epoch_of(loader(direct, None, 1, workers=w)),
                f'decoded each time, {w} threads': epoch_of(loader(direct, None, 1, threads=w))}
        best = rates(ways, a.seconds)
    copy = best['copying out of the map']
    print(f'clips of {N_FRAMES}x{SIZE[0]}x{SIZE[1]} uint8, batches of 16, 320x240 H.264 at 15 fps')
    for name,rate in best.items(): print(f'{name:54}{rate:8.0f} clips/s   {rate/copy:6.1%} of copying')
    need = best['cached, no worker'],best[f'cached, {w} processes']
    print(f'2,000 clips/s through the loader, no augmentation: {"reached" if max(need)>=2000 else "NOT reached"} ({max(need):.0f})')

if __name__=='__main__': main()
