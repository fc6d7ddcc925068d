"""What `crosssuck.data.video` promises, measured: frame accuracy, speed of random clips, cached clips, memory on 4K.

`python benchmarks/video.py [accuracy] [clips] [cache] [memory] [--clips 12] [--folder DIR]`

Every file is made here, with the frame's number burned in, and kept in DIR for the next run. Speeds are ratios of times that were
taken in turns, clip by clip, so that a busy machine slows all sides alike. Peers that are not installed are named and left out."""
import argparse
import os
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path
import av
import cv2
import numpy as np
import pandas as pd
from crosssuck.data.video import ClipCache, ClipReader, VideoFile

BITS = 12
FOLDER = Path(tempfile.gettempdir())/'crosssuck_bench_video'

# --- recordings whose frames know their number

def burn(i, back, w, h):
    "A picture (h,w,3) of a background that drifts, things that turn, noise, and the number `i` in cells along the top"
    im = back[i%32:i%32+h, i%64:i%64+w].copy()
    for k in range(4):
        at = int(w*(.5+.4*np.sin(i/40+2*k))),int(h*(.6+.3*np.cos(i/55+k)))
        cv2.ellipse(im, at, (w//10,h//12), 2*i+40*k, 0, 360, (200-40*k, 90+30*k, 60*k), -1)
    grain = np.random.default_rng(i%8).integers(-3, 4, (h,w,1), dtype=np.int8)
    im = np.clip(im.astype(np.int16)+grain, 0, 255).astype(np.uint8)
    for b in range(BITS): im[:h//4, b*w//BITS:(b+1)*w//BITS] = 255*(i>>b&1)
    return im

def burnt(im):
    "The number that a picture says, at whatever size"
    h,w = im.shape[:2]
    cells = (im[h//16:h//6, b*w//BITS+w//48:(b+1)*w//BITS-w//48] for b in range(BITS))
    return sum(int(c.mean()>128)<<b for b,c in enumerate(cells))

def record(path, n, w, h, codec='libx264', rate=30, ms=None, **options):
    "Write `n` numbered frames to `path`, unless they are there"
    if path.exists(): return path
    back = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 256, (h+32,w+64,3), dtype=np.uint8), (0,0), 2.5)
    back,half = cv2.normalize(back, None, 0, 255, cv2.NORM_MINMAX),path.with_name(f'half_{path.name}')
    with av.open(half, 'w') as c:
        s = c.add_stream(codec, rate=rate, options=options)
        s.width,s.height,s.pix_fmt = w,h,'yuvj420p' if codec=='mjpeg' else 'yuv420p'
        if ms is not None: s.codec_context.time_base = Fraction(1,1000)
        for i in range(n):
            f = av.VideoFrame.from_ndarray(burn(i, back, w, h), 'rgb24').reformat(format=s.pix_fmt)
            f.pts = i if ms is None else int(ms[i])
            if ms is not None: f.time_base = Fraction(1,1000)
            c.mux(s.encode(f))
        c.mux(s.encode())
    half.rename(path)
    return path

def edit_list(src, path, hide=10):
    "Copy `src` from its second keyframe on, with an edit list that hides the first `hide` frames; and the number of the first shown"
    with av.open(src) as c, av.open(path, 'w') as out:
        s = c.streams.video[0]
        o,packets = out.add_stream_from_template(s),[p for p in c.demux(s) if p.size]
        key = [p for p in packets if p.is_keyframe][1]
        first,start = sorted(p.pts for p in packets).index(key.pts)+hide,key.pts+int(hide/30/s.time_base)
        for p in packets[packets.index(key):]:
            if p.pts<key.pts: continue
            p.pts,p.dts,p.stream = p.pts-start,p.dts-start,o
            out.mux(p)
    return first

# --- the peers: each takes a file and gives a function from frame numbers (rising, near each other) to RGB frames

def ours(path):
    v = VideoFile(path)
    return lambda i, size=None: v.frames(i, size)

def shrink(im, size): return im if size is None else cv2.resize(im, (size,size), interpolation=cv2.INTER_AREA)

def opencv(path):
    c = cv2.VideoCapture(str(path))
    def read(i, size=None):
        c.set(cv2.CAP_PROP_POS_FRAMES, int(i[0]))
        return np.stack([shrink(cv2.cvtColor(c.read()[1], cv2.COLOR_BGR2RGB), size) for _ in i])
    return read

def pyav(path):
    "Seek to the time, decode until the frame with that time comes: the usual recipe, with all the threads that FFmpeg wants"
    c = av.open(str(path))
    s = c.streams.video[0]
    s.thread_type = 'AUTO'
    start = s.start_time or 0
    def read(i, size=None):
        wanted = start+round(int(i[0])/s.average_rate/s.time_base)
        c.seek(int(wanted), stream=s)
        out = []
        for f in c.decode(s):
            if f.pts is not None and f.pts>=wanted: out.append(shrink(f.to_ndarray(format='rgb24'), size))
            if len(out)==len(i): break
        return np.stack(out)
    return read

def torchcodec(path, threads=1):
    from torchcodec.decoders import VideoDecoder
    d = VideoDecoder(str(path), seek_mode='exact', dimension_order='NHWC', num_ffmpeg_threads=threads)
    def read(i, size=None): return np.stack([shrink(f, size) for f in d.get_frames_at(indices=i.tolist()).data.numpy()])
    return read

def torchcodec_threads(path): return torchcodec(path, 0)

def decord(path):
    import decord as d
    d.logging.set_level(d.logging.QUIET)
    v = d.VideoReader(str(path))
    return lambda i, size=None: np.stack([shrink(f, size) for f in v.get_batch(i.tolist()).asnumpy()])

PEERS = {'crosssuck': ours, 'OpenCV seek': opencv, 'PyAV': pyav, 'torchcodec exact': torchcodec,
         'torchcodec exact, all threads': torchcodec_threads, 'decord': decord}

def installed(path):
    "The peers that can open `path`, with a word about those that cannot"
    found = {}
    for name,make in PEERS.items():
        try: found[name] = make(path)
        except ImportError as e: print(f'{name}: left out, it is not installed ({e})')
        except Exception as e: print(f'{name}: left out on {path.name}, it does not open it ({type(e).__name__})')
    return found

# --- the measurements

def kinds(folder, n=400):
    "`(path, number of the first frame)` of every kind of file"
    gop,quiet = dict(g='100'),{'x265-params': 'keyint=100:log-level=none'}
    vfr = np.cumsum(np.random.default_rng(0).integers(12, 80, n))
    make = lambda name, codec='libx264', **o: (record(folder/name, n, 320, 180, codec, **o), 0)
    open_gop = {'x264-params': 'open-gop=1:scenecut=0'}
    found = {'H.264 MP4': make('a.mp4', **gop), 'H.264 MP4, open GOPs': make('open.mp4', **gop, **open_gop),
             'H.264 MP4, variable rate': make('vfr.mp4', ms=vfr, **gop), 'H.264 MPEG-TS': make('a.ts', **gop),
             'H.264 AVI, B-frames': make('a.avi', **gop),
             'H.264 MKV': make('a.mkv', **gop),
             'HEVC MP4': make('hevc.mp4', 'libx265', **quiet), 'HEVC MPEG-TS': make('hevc.ts', 'libx265', **quiet),
             'MJPEG AVI': make('mjpeg.avi', 'mjpeg'), 'MPEG-4 AVI, B-frames': make('mpeg4.avi', 'mpeg4', bf='2', **gop)}
    edited = folder/'edit.mp4'
    return found | {'H.264 MP4, edit list': (edited, edit_list(found['H.264 MP4'][0], edited))}

def accuracy(folder, asked=25):
    "Share of right frames, a table of kinds and peers: random requests of one frame, through one open reader"
    rows = {}
    for kind,(path,first) in kinds(folder).items():
        n = len(VideoFile(path))
        wanted = np.random.default_rng(1).integers(0, n, asked)
        rows[kind] = {}
        for name,read in installed(path).items():
            right = 0
            for i in wanted:
                try: right += burnt(read(np.array([i]))[0])==i+first
                except Exception: pass      # a peer that fails to give a frame did not give the right one
            rows[kind][name] = right/asked
    table = pd.DataFrame(rows).T.map('{:.0%}'.format)
    print('\nFrame accuracy: random frames, share that carry the right number\n' + table.to_string())
    return table

def in_turns(readers, starts, size, n=16):
    "Seconds (on the clock, of all cores together) that each of `readers` takes for each clip, taken in turns"
    took = {name: [] for name in readers}
    for start in starts:
        for name,read in readers.items():
            began = time.perf_counter(),time.process_time()
            read(np.arange(start, start+n), size)
            took[name].append((time.perf_counter()-began[0], time.process_time()-began[1]))
    return {name: np.array(t).T for name,t in took.items()}

def clips(folder, n):
    "Random clips of 16 frames from 1080p H.264 with a keyframe every 250"
    path = record(folder/'gop250.mp4', 1000, 1920, 1080, g='250', keyint_min='250', sc_threshold='0', preset='medium')
    starts = np.random.default_rng(2).integers(0, 1000-16, n)
    readers = installed(path)
    for size in (112, None):
        in_turns(readers, starts[:1], size)
        took = in_turns(readers, starts, size)
        clock,cpu = took['crosssuck']
        rows = {name: (f'{c.mean()*1000:.0f}', f'{c.sum()/clock.sum():.2f}', f'{np.median(c/clock):.2f}', f'{u.sum()/cpu.sum():.2f}')
                for name,(c,u) in took.items()}
        table = pd.DataFrame(rows, index=['ms a clip','times crosssuck','median of clips','CPU time, times crosssuck']).T
        print(f'\n{n} random 16-frame clips, 1080p, GOP 250, as {f"{size}x{size}" if size else "1920x1080"} RGB\n{table.to_string()}')

def cached(path, where, size, fps, n=3000):
    "Median seconds of reading a clip, of copying the same number of frames as far apart, and of copying as many bytes in one piece"
    events = pd.DataFrame(dict(event_id=[str(i) for i in range(9)], video='v', start_s=np.arange(9)*7.2, duration_s=6.))
    store = ClipCache(where, size=size)
    store.build(events, {'v': path}, progress=False)
    reader,rng = ClipReader(events, {'v': path}, fps=fps, size=size, cache=store),np.random.default_rng(0)
    key,out,apart = store.key(reader.video(0).fingerprint),np.empty((16,size,size,3), np.uint8),(np.arange(16)*30/fps).astype(int)
    frames = [store.stretch(key, int(s*30), int(s*30)+1)[1] for s in events.start_s]
    ways = dict(clip=lambda r,o,i: reader.read_into(r, o, out), same=lambda r,o,i: frames[r].take(apart+i, 0, out, 'clip'),
                bytes=lambda r,o,i: np.copyto(out, frames[r][i:i+16]))
    for r in range(9): ways['clip'](r, 0., 0); frames[r].sum()
    took = {k: [] for k in ways}
    for _ in range(n):
        for name in rng.permutation(list(ways)):        # each from another place, so that none finds its frames in the CPU
            draw = int(rng.integers(9)),float(rng.uniform(0, 6-16/fps)),int(rng.integers(130))
            began = time.perf_counter()
            ways[name](*draw)
            took[name].append(time.perf_counter()-began)
    return [np.median(took[k]) for k in ways]

def cache(folder):
    "Clips of 16 frames out of a cache"
    path,rows = record(folder/'events.mp4', 2700, 640, 360, g='50', preset='veryfast'),{}
    for size,fps in ((112,30), (112,12), (224,30), (224,12)):
        with tempfile.TemporaryDirectory() as where: clip,same,whole = cached(path, where, size, fps)
        rows[f'16x{size}x{size} at {fps} of 30 fps'] = f'{1/clip:,.0f}',f'{same/clip:.0%}',f'{whole/clip:.0%}'
    columns = ['clips a second','of copying these frames','of one memcpy of as many bytes']
    print('\nCached clips\n' + pd.DataFrame(rows, index=columns).T.to_string())

BUILD_4K = """
import resource, sys, tempfile
import pandas as pd
from crosssuck.data.video import ClipCache
events = pd.DataFrame(dict(event_id=['a','b'], video='v', start_s=[.5,5.], duration_s=[3.,4.]))
with tempfile.TemporaryDirectory() as where:
    report = ClipCache(where, size=224).build(events, {'v': sys.argv[1]}, workers=1, progress=False)
print(report.built, report.bytes, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""

def memory(folder):
    "Peak memory of a process that builds clips from 4K video, from a small parent: a child counts its parent's pages as its own"
    path = record(folder/'4k.mp4', 150, 3840, 2160, rate=15, g='250', preset='faster', refs='3', bf='3')
    said = subprocess.run([sys.executable, '-c', BUILD_4K, str(path)], capture_output=True, text=True, check=True).stdout
    built,size,peak = map(int, said.split())
    peak /= 1024 if sys.platform=='linux' else 1024**2
    print(f'\nBuilding clips from 4K H.264: {built} stretches, {size/1e6:.0f} MB stored, peak of the worker {peak:.0f} MiB (limit 1024)')

def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('what', nargs='*', help='accuracy clips cache memory; all by default')
    p.add_argument('--clips', type=int, default=12, help='random clips a peer')
    p.add_argument('--folder', type=Path, default=FOLDER, help='where the recordings are kept')
    a = p.parse_args()
    a.folder.mkdir(parents=True, exist_ok=True)
    os.environ['CROSSSUCK_CACHE'] = str(a.folder)
    os.environ.setdefault('OPENCV_FFMPEG_LOGLEVEL', '-8')
    what = a.what or ['memory', 'accuracy', 'clips', 'cache']
    if 'memory' in what: memory(a.folder)
    if 'accuracy' in what: accuracy(a.folder)
    if 'clips' in what: clips(a.folder, a.clips)
    if 'cache' in what: cache(a.folder)

if __name__=='__main__': main()
