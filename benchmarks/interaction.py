"""What a training step of the interaction network costs at the size of its text, (2, 5, 5, 480, 480): time, memory, work.

`python benchmarks/interaction.py [--bs 2] [--size 480] [--frames 5] [--repeats 5] [--threads 2] [--device cpu]`

A step is forward, loss (focal and centre hinge), backward and AdamW, in the Learner's own way: bfloat16 by autocast of the forward pass,
weights in float32. The two precisions take turns, after one step each that is not counted, so that whatever else the machine does falls on
both; the ratio is the median over the pairs, on the clock and in processor time. Aim on a CPU with bfloat16 units: 2.5. Which units the CPU
has is printed first; without any, bfloat16 is emulated and the ratio says so. Memory is the peak that a fresh process adds over the
network and its batch (on CUDA: the allocator's peak). Work is counted by `torch.utils.flop_counter`: multiply-adds of the forward pass of
one clip.
"""
import argparse
import json
import subprocess
import sys
import time
import warnings

warnings.filterwarnings('ignore')


def units():
    "The half-precision units that this CPU has, as text"
    import torch
    asked = dict(amx_bf16='_is_amx_tile_supported', amx_fp16='_is_amx_fp16_supported', avx512_bf16='_is_avx512_bf16_supported',
                 avx512='_is_avx512_supported', avx2='_is_avx2_supported')
    found = [k for k,f in asked.items() if getattr(torch.cpu, f, lambda: False)()]
    bf16 = [k for k in found if k.endswith('bf16')]
    return f'{", ".join(found) or "none known"}; bfloat16 units: {", ".join(bf16) or "none"}'


def stepper(a):
    "A function `step(dtype)` that does one training step, and the network and batch that it is done with"
    import torch
    from crosssuck.models.interaction import InteractionCNN
    from crosssuck.train.losses import InteractionLoss
    torch.set_num_threads(a.threads)
    torch.manual_seed(0)
    device = torch.device(a.device)
    model,loss = InteractionCNN().to(device).train(),InteractionLoss()
    x,y = torch.randn(a.bs, 5, a.frames, a.size, a.size, device=device),(torch.arange(a.bs, device=device)%2)
    opt = torch.optim.AdamW(model.parameters(), 2e-4, weight_decay=1e-4)

    def step(dtype):
        with torch.autocast(device.type, dtype, enabled=dtype!=torch.float32): out = model(x, return_attention=True)
        loss(tuple(o.float() for o in out), y).backward()
        opt.step()
        opt.zero_grad()
        if device.type=='cuda': torch.cuda.synchronize()
    return step, model, x


def timed(step, dtype):
    start = time.perf_counter(),time.process_time()
    step(dtype)
    return time.perf_counter()-start[0],time.process_time()-start[1]


def times(a):
    "Seconds of the steps in float32 and in bfloat16, (2, repeats, 2): on the clock and in processor time"
    import numpy as np
    import torch
    step,*_ = stepper(a)
    kinds = torch.float32,torch.bfloat16
    for d in kinds: step(d)
    return np.array([[timed(step, d) for d in kinds] for _ in range(a.repeats)]).transpose(1,0,2)


def peak(device):
    "MiB at the highest so far"
    import resource
    import torch
    if device=='cuda': return torch.cuda.max_memory_allocated()/2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024


def memory(a, dtype):
    "MiB that a step adds at its peak, in a process of its own"
    code = [sys.executable, __file__, '--inside', dtype, *[f'--{k}={getattr(a, k)}' for k in ('bs','size','frames','threads','device')]]
    return json.loads(subprocess.run(code, capture_output=True, text=True, check=True).stdout.splitlines()[-1])


def inside(a):
    "In a process of its own: one step, and what it added"
    import torch
    step,*_ = stepper(a)
    before = peak(a.device)
    step(getattr(torch, a.inside))
    print(json.dumps(peak(a.device)-before))


def work(a):
    "Multiply-adds of the forward pass of one clip, in all and by part"
    import torch
    from torch.utils.flop_counter import FlopCounterMode
    from crosssuck.models.interaction import InteractionCNN
    with torch.device('meta'): model,x = InteractionCNN().eval(),torch.empty(1, 5, a.frames, a.size, a.size)
    with FlopCounterMode(display=False, depth=4) as count: model(x)
    names = {n: f'InteractionCNN.body.{n}' for n in ('stem','stages.0','stages.1','stages.2')}
    parts = {n: sum(count.get_flop_counts().get(k, {}).values())/2 for n,k in names.items()}
    return count.get_total_flops()/2, parts, sum(p.numel() for p in model.parameters())


def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    for name,value in dict(bs=2, size=480, frames=5, repeats=5, threads=2).items(): p.add_argument(f'--{name}', type=int, default=value)
    p.add_argument('--device', default='cpu')
    p.add_argument('--inside', help=argparse.SUPPRESS)
    a = p.parse_args()
    if a.inside: return inside(a)
    import numpy as np
    print(f'CPU: {units()}')
    macs,parts,parameters = work(a)
    print(f'network: {parameters:,} parameters; {macs/1e9:.2f} GMAC forward for a clip of 5x{a.frames}x{a.size}x{a.size} '
          f'({", ".join(f"{k} {v/1e9:.2f}" for k,v in parts.items())})')
    for dtype in ('float32','bfloat16'):
        print(f'memory of a training step, {dtype}: {memory(a, dtype):.0f} MiB over network and batch', flush=True)
    full,half = times(a)
    for i,name in enumerate(('clock','processor time')):
        low,mid,high = np.quantile(full[:,i]/half[:,i], [.25,.5,.75])
        print(f'{name}: float32 {np.median(full[:,i])*1e3:.0f} ms, bfloat16 {np.median(half[:,i])*1e3:.0f} ms a step of {a.bs} clips, '
              f'{a.threads} threads; ratio {mid:.2f} (middle half {low:.2f} to {high:.2f})')


if __name__=='__main__': main()
