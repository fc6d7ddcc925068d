"""What a photograph costs: `python benchmarks/scenes.py [--what dropout cache] [--size small|middle|full]`

*dropout*: MC dropout with n answers against one forward of the whole model plus n of the head, on the same pictures, taking turns; the
ratio is that of the medians. Aim: at most 1.1.
*cache*: an epoch of training the head on features that were computed once, against the same epoch through the frozen backbone, on the same
pictures, with the same learner (`scene_learner`, AdamW, fastai's loop and all). What it takes to fill the cache is told beside it. Aim:
at least 50 times faster.

`small` is a ViT of 0.3 M parameters at 160 pixels (`test_vit`), for trying out: its forward is hardly dearer than a step of the head, so
that its cache cannot reach the aim. `middle` is a ViT of 22 M at 224 pixels, `full` CLIP's B/32 at 224 pixels, with random weights (the
arithmetic is the same). One thread is used, and times are the processor's: those of the clock on a machine that does nothing else.
"""
import argparse
import contextlib
import io
import time
from functools import partial
import numpy as np
import torch
from fastai.basics import DataLoader, DataLoaders
from fastai.callback.progress import ProgressCallback
from crosssuck.models.scenes import SceneEmotionRegressor
from crosssuck.train.scenes import scene_learner

MODELS = dict(small=('test_vit', 160, 256), middle=('vit_small_patch32_224', 224, 256),
              full=('vit_base_patch32_clip_quickgelu_224.openai', 224, 192))


def medians(turns, **kinds):
    "Median processor seconds of each of `kinds`, which take turns"
    took = {k: [] for k in kinds}
    for i in range(turns+1):
        for k,f in kinds.items():
            began = time.process_time()
            f()
            if i: took[k].append(time.process_time()-began) # the first turn warms up
    return {k: float(np.median(v)) for k,v in took.items()}


@torch.no_grad()
def parts(model, x, f, heads, forwards=1):
    for _ in range(forwards): model(x)
    for _ in range(heads): model.head(f)


def dropout(size, turns=7, n=5):
    name,pixels,_ = MODELS[size]
    model = SceneEmotionRegressor(name, seed=0).eval()
    for bs in (1, 8):
        x = torch.randn(bs, 3, pixels, pixels)
        with torch.no_grad(): f = model.features(x)
        t = medians(turns, ours=partial(model.mc_dropout, x, n), parts=partial(parts, model, x, f, n),
                    whole=partial(parts, model, x, f, 0, n))
        print(f'dropout, {name}, {bs} pictures, n = {n}: {t["ours"]*1e3:.1f} ms, one forward and {n} heads {t["parts"]*1e3:.1f} ms: '
              f'{t["ours"]/t["parts"]:.2f} (aim: at most 1.1); {n} forwards would take {t["whole"]/t["ours"]:.1f} times as long')


def pictures(n, pixels, bs):
    "Loaders of `n` pictures of noise; the reading of files is left out of both sides"
    g = torch.Generator().manual_seed(0)
    data = [(torch.randn(3, pixels, pixels, generator=g), torch.rand(2, generator=g)*2-1) for _ in range(n)]
    loader = lambda items, **kw: DataLoader(items, bs=bs, num_workers=0, **kw)
    return DataLoaders(loader(data, shuffle=True, drop_last=True), loader(data[:n//4]), device='cpu')


def learner(size, dls, cache):
    learn = scene_learner(dls, SceneEmotionRegressor(MODELS[size][0], seed=0), cache=cache, verbose=False)
    learn.remove_cb(ProgressCallback)
    learn.freeze()
    return learn


def fit(learn, epochs):
    "Processor seconds of a fit"
    began = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()): learn.fit(epochs, 1e-3)
    return time.process_time()-began


def cache(size, turns=2, bs=32, many=20):
    name,pixels,n = MODELS[size]
    dls = pictures(n, pixels, bs)
    slow,fast = learner(size, dls, False),learner(size, dls, True)
    through = float(np.median([fit(slow, 1) for _ in range(turns)]))
    first = fit(fast, 1)                                           # fills the cache
    one = float(np.median([fit(fast, 1) for _ in range(turns)]))
    more = float(np.median([fit(fast, 1+many) for _ in range(turns)]))
    each = (more-one)/many                                         # an epoch in a longer fit, without what a fit begins with
    print(f'cache, {name}, {n} pictures in batches of {bs}: an epoch through the backbone {through:.2f} s, on cached features '
          f'{each*1e3:.1f} ms: {through/each:.0f} times (aim: 50); a fit of one epoch all in all {through/one:.0f} times')
    print(f'       the cache takes {first-one:.2f} s to fill, {(first-one)/through:.2f} of an epoch')


if __name__=='__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--what', nargs='+', default=['dropout','cache'], choices=['dropout','cache'])
    p.add_argument('--size', default='full', choices=list(MODELS))
    args = p.parse_args()
    torch.set_num_threads(1)
    for what in args.what: globals()[what](args.size)
