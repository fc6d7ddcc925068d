"""Every model of the zoo on trial: does it train, overfit eight clips, save, load, and leave Python by torch.export and ONNX?

`python benchmarks/zoo.py [NAME...] [--out benchmarks/zoo.csv] [--steps 40] [--no-export]`

Each model that the installed packages allow is built for a clip of 4x32x32 or the least that it takes (its size of use takes a GPU), given
eight clips of noise with two labels, and trained with AdamW until it tells them apart or the steps are over; then exported to one file,
loaded, and written as a program (`.pt2`, and `.onnx` where onnxscript is installed), each held against the network's own answers. Rows are
written one by one, so that a run that is stopped has lost nothing; a model that stands there already is left out unless it is named.
"""
import argparse
import tempfile
import time
import warnings
from importlib.util import find_spec
from pathlib import Path
import pandas as pd
import torch
import torch.nn.functional as F

warnings.filterwarnings('ignore')
SMALL = {'s3d': (13,209), 'mvit_v1_b': (16,224), 'mvit_v2_s': (16,224)} # the least that they take; the others 4x32x32
FEW = {'mvit_v1_b': 2, 'mvit_v2_s': 2, 's3d': 4} # clips, where eight would take hours on two cores: these take one size only
SLOWLY = ('vjepa2_l','videomae_b','timesformer_b','vit_','mvit_','swin3d_') # transformers: a tenth of the learning rate


def overfit(model, x, y, lr, steps):
    "(losses, seconds a step) until the clips are told apart"
    opt,losses,began = torch.optim.AdamW(model.parameters(), lr),[],time.perf_counter()
    while len(losses)<steps and (not losses or losses[-1]>.05):
        loss = F.cross_entropy(model.train()(x), y)
        loss.backward(); opt.step(); opt.zero_grad()
        losses.append(loss.item())
    return losses,(time.perf_counter()-began)/len(losses)


def trial(name, steps, programs):
    "One row of the table"
    from crosssuck.models.zoo import export_model, export_program, load_exported, video_model
    frames,size = SMALL.get(name, (4,32))
    torch.manual_seed(0)
    model,n = video_model(name, n_frames=frames, size=size, verbose=False),FEW.get(name, 8)
    x,y = torch.randn(n, 3, frames, size, size),torch.arange(n)%2
    losses,seconds = overfit(model, x, y, 1e-4 if name.startswith(SLOWLY) else 1e-3, steps)
    row = dict(model=name, clips=f'{n} of {frames}x{size}x{size}', first_loss=round(losses[0], 3), last_loss=round(losses[-1], 3),
               steps=len(losses), seconds_a_step=round(seconds, 2))
    with tempfile.TemporaryDirectory() as d, torch.inference_mode():
        file,right = export_model(f'{d}/m.pt', model.eval(), ['a','b'], {}),model(x[:2])
        again = load_exported(file).model
        same = all(torch.equal(a, b) for a,b in zip(again.state_dict().values(), model.state_dict().values(), strict=True))
        row['saved_and_loaded'] = f'{"weights the same" if same else "OTHER WEIGHTS"}, logits off by {(again(x[:2])-right).abs().max():.0e}'
    for suffix in programs:
        began = time.perf_counter()
        with tempfile.TemporaryDirectory() as d:
            try: row[suffix] = f'yes, {export_program(f"{d}/m{suffix}", model).stat().st_size>>20} MiB, {time.perf_counter()-began:.0f} s'
            except ValueError as e: row[suffix] = f'no: {e.what}'
    return row


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument('names', nargs='*')
    p.add_argument('--out', type=Path, default=Path(__file__).parent/'zoo.csv')
    p.add_argument('--steps', type=int, default=40)
    p.add_argument('--threads', type=int, default=1)
    p.add_argument('--no-export', action='store_true')
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    from crosssuck.models.zoo import list_video_models
    zoo = list_video_models()
    done = pd.read_csv(a.out).to_dict('records') if a.out.exists() else []
    names = a.names or [n for n in zoo.model[zoo.here] if n not in {r['model'] for r in done}]
    programs = [] if a.no_export else ['.pt2'] + ['.onnx']*bool(find_spec('onnxscript'))
    for name in names:
        row = trial(name, a.steps, programs)
        print(row, flush=True)
        done = [r for r in done if r['model']!=name] + [row]
        order = list(zoo.model)
        pd.DataFrame(sorted(done, key=lambda r: order.index(r['model']))).to_csv(a.out, index=False)


if __name__=='__main__': main()
