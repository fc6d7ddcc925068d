"""EmoNet's views of one face as one batch against one view at a time, through `EmoNetAdapter` (which lays channels last) and through the
bare network as PyTorch builds it. Random weights; the same views, and answers equal to 1e-5, or it says so and exits 1.

A fourth row is no peer but a floor: the network's convolutions alone, on as many views, laid out as ours, without norms, sums and
heat maps. What one by one takes over that floor is the most that any batch of the same arithmetic could gain on this device.

`python benchmarks/faces.py [--device cpu] [--threads 2] [--views 5] [--faces 1] [--repeats 5]`. All take turns; times are medians
of the repeats after one that is not counted, in ms, by the clock and (on a CPU) of processor time, which other processes disturb less.
"""
import argparse
import sys
import time

def timed(f, wait):
    "Seconds by the clock, seconds of processor time, and what `f` gives"
    wait()
    t,c = time.perf_counter(),time.process_time()
    out = f()
    wait()
    return time.perf_counter()-t,time.process_time()-c,out

def convolutions(net, x):
    "A function that runs every convolution of `net` as it meets them in its forward pass of `x`, each on an input of its own"
    import torch
    from torch import nn
    met,gflop = [],0
    def meet(module, given, out):
        nonlocal gflop
        met.append((module, torch.rand_like(given[0])))
        gflop += 2*out.numel()*module.weight[0].numel()/1e9
    hooks = [m.register_forward_hook(meet) for m in net.modules() if isinstance(m, nn.Conv2d)]
    with torch.inference_mode(): net(x)
    for h in hooks: h.remove()
    @torch.inference_mode()
    def run():
        for module,given in met: module(given)
    return run,gflop

def ways(device, n_views, n_faces):
    "`({name: a function to (faces, 2) valence and arousal}, the floor, its GFLOP)`, all of the same views"
    import numpy as np
    import torch
    from crosssuck.models.faces import EmoNet, EmoNetAdapter, face_views
    torch.manual_seed(0)
    plain = EmoNet().eval()
    state = plain.state_dict()
    plain.to(device)
    def ours(tta):
        net = EmoNet()
        net.load_state_dict(state)
        return EmoNetAdapter(model=net, tta=tta, align='none', clamp=False, seed=0, device=device, batch_size=n_faces)
    rng,batch,single = np.random.default_rng(0),ours(n_views),ours(1)
    faces = list(rng.integers(0, 256, (n_faces,256,256,3), np.uint8))
    views = [face_views(f, n_views, 0) for f in faces]
    @torch.inference_mode()
    def bare(v):
        out = plain(torch.from_numpy(v[...,::-1].copy()).to(device).permute(2, 0, 1)[None].float()/255)
        return [out['valence'].item(), out['arousal'].item()]
    fs = {'one batch': lambda: batch.predict(faces)[0],
          'one by one': lambda: np.array([np.mean([single.predict([v])[0][0] for v in vs], 0) for vs in views]),
          'one by one, bare network': lambda: np.array([np.mean([bare(v) for v in vs], 0) for vs in views])}
    x = torch.rand(n_views*n_faces, 3, 256, 256, device=device).contiguous(memory_format=torch.channels_last)
    return fs,*convolutions(batch.model, x)

def main():
    "Measure and print"
    p = argparse.ArgumentParser()
    for k,v in dict(device='cpu', threads=2, views=5, faces=1, repeats=5).items(): p.add_argument(f'--{k}', type=type(v), default=v)
    a = p.parse_args()
    import numpy as np
    import torch
    torch.set_num_threads(a.threads)
    wait = torch.cuda.synchronize if a.device.startswith('cuda') else lambda: None
    fs,floor,gflop = ways(a.device, a.views, a.faces)
    told,fs = list(fs),{**fs, 'convolutions alone': floor}
    runs = {k: [] for k in fs}
    for _ in range(a.repeats+1):
        for k,f in fs.items(): runs[k].append(timed(f, wait))
    apart = max(float(np.abs(r[2]-runs['one batch'][0][2]).max()) for k in told for r in runs[k])
    clock,cpu = ({k: float(np.median([r[i] for r in rs[1:]]))*1e3 for k,rs in runs.items()} for i in (0,1))
    print(f'{a.faces} faces, {a.views} views each, {a.device}, {a.threads} threads; answers apart by at most {apart:.1e}')
    print(f'{"":26}{"clock ms":>10}{"times batch":>13}{"CPU ms":>10}{"times batch":>13}')
    for k in fs: print(f'{k:26}{clock[k]:10.1f}{clock[k]/clock["one batch"]:13.2f}{cpu[k]:10.1f}{cpu[k]/cpu["one batch"]:13.2f}')
    for name,spent in dict(clock=clock, **({'processor time': cpu} if a.device=='cpu' else {})).items():
        floor,rest = spent['convolutions alone'],[spent[k]/spent['convolutions alone'] for k in told[1:]]
        print(f'{name}: convolutions, {gflop:.0f} GFLOP, at {gflop/floor*1e3:.0f} a second; a batch could be {rest[0]:.2f} times as fast '
              f'as one by one at the most, {rest[1]:.2f} times as the bare network')
    if apart>1e-5: sys.exit('the answers differ by more than 1e-5')

if __name__=='__main__': main()
