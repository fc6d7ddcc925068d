"""What a scan saves by computing each frame once: `EachFrameOnce`, as `infer.scan` uses it, against the same windows whole.

`python benchmarks/frames.py [--model vit_gru] [--encoder vit_small_patch16_224] [--seconds 30] [--fps 8] [--frames 16]
[--hop 4] [--size 224]`

A recording of noise is scanned both ways with the same weights, in the same process; the answers must agree to 1e-5 (relative). With
windows of `frames` and a hop of `hop` a frame stands in frames/hop windows, which is what the ratio comes near to where the encoder is most
of the work.
"""
import argparse
import time
import warnings
import torch

warnings.filterwarnings('ignore')


def timed(f, device):
    if device.type=='cuda': torch.cuda.synchronize()
    began = time.perf_counter()
    out = f()
    if device.type=='cuda': torch.cuda.synchronize()
    return out,time.perf_counter()-began


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    texts = dict(model='vit_gru', encoder='vit_small_patch16_224', device='cpu')
    numbers = dict(seconds=30, fps=8, frames=16, hop=4, size=224, bs=8, threads=1)
    for name,value in texts.items(): p.add_argument(f'--{name}', default=value)
    for name,value in numbers.items(): p.add_argument(f'--{name}', type=int, default=value)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    from crosssuck.models.frames import EachFrameOnce
    from crosssuck.models.zoo import video_model
    device = torch.device(a.device)
    torch.manual_seed(0)
    model = video_model(a.model, n_frames=a.frames, size=a.size, options=dict(encoder=a.encoder)).to(device).eval()
    recording = torch.randn(a.seconds*a.fps, 3, a.size, a.size)
    starts = list(range(0, len(recording)-a.frames+1, a.hop))
    at = torch.tensor(starts)[:,None]+torch.arange(a.frames)

    def scan(ask):
        "The windows in batches, in order"
        with torch.inference_mode():
            return torch.cat([ask(recording[i].transpose(1,2).to(device), i).cpu() for i in at.split(a.bs)])

    scan(lambda x, _: model(x[:1])) # warm up
    fast,t_fast = timed(lambda: scan(EachFrameOnce(model)), device)
    slow,t_slow = timed(lambda: scan(lambda x, _: model(x)), device)
    off = ((fast-slow).abs().max()/slow.abs().max()).item()
    assert off<1e-5, f'the two ways differ by {off:.1g}'
    print(f'{a.model} ({a.encoder}), {len(recording)} frames of {a.size}x{a.size}, {len(starts)} windows of {a.frames}, hop {a.hop}: '
          f'each frame once {t_fast:.1f} s, window by window {t_slow:.1f} s, {t_slow/t_fast:.2f} times quicker '
          f'(a frame stands in {len(starts)*a.frames/len(recording):.2f} windows); answers differ by {off:.1g} of the largest')


if __name__=='__main__': main()
