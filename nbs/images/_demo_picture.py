"""Draw the README's picture from a finished `crosssuck demo`: `python nbs/images/_demo_picture.py DEMO_FOLDER`

Above, film strips of an ear and a tail event as the barn draws them; below, what the demo's three experiments measured, read from the files
of its runs."""
import io, json, sys
from pathlib import Path
import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image
from crosssuck.data.barn import barn_cameras, draw_event, read_truth

NAMES = dict(old_split='old split: whole videos', intravideo='intra-video', boosted='intra-video, tails copied')
SIDES = dict(metrics=('validation, known cameras','#2b6c8f'), test_metrics=('test, new cameras','#b3402e'))
EVENTS = dict(ear=(False,6), tail=(True,9)) # label -> whether under the lamp, as the dial has it mostly; which calves
FRAMES,SIZE,WIDTH = 6,(168,224),14.         # of a strip; of its frames, pixels; of the picture, inches at 100 dpi

def strips(demo):
    "Title -> frames (T,H,W,3) of one event of each label"
    p = read_truth(demo/'barn')['parameters']
    cameras = barn_cameras(p['n_cameras'], p['seed'])
    for label,(lamp,seed) in EVENTS.items():
        camera = next(c for c in cameras if c.lamp==lamp)
        title = f'{label}-sucking before {camera.name}, {"under a lamp" if lamp else "in daylight"}'
        yield title,draw_event(label, camera, size=SIZE, n_frames=FRAMES, seed=seed)

def figures(demo):
    "(experiment, side, AUC with interval, what it was measured on), each from a file"
    for run in NAMES:
        for side in SIDES:
            f = json.loads((demo/run/'metrics'/f'{side}.json').read_text(encoding='utf-8'))
            yield run,side,f['metrics']['auc'],f'{f["n_events"]} events, {f["n_clusters"]} videos'

def measured(demo, ax):
    "AUC of tail on validation and test of every experiment, with intervals"
    ax.axvline(.5, color='#6b7785', lw=1.2, ls=':')
    for run,side,m,on in figures(demo):
        y,colour = list(NAMES).index(run)+.36*list(SIDES).index(side),SIDES[side][1]
        if m['value'] is None: ax.text(.5, y, f'undefined: {m["reason"]}', va='center', color=colour); continue
        if m.get('low') is not None: ax.plot([m['low'],m['high']], [y,y], color=colour, lw=7, alpha=.35, solid_capstyle='butt')
        ax.plot(m['value'], y, 'o', color=colour, ms=10)
        ax.text(1.035, y, f'{m["value"]:.2f}', va='center', color=colour, fontsize=14, weight='bold')
        ax.text(1.085, y, on, va='center', color='#5b6773', fontsize=12)
    ax.set_yticks(np.arange(len(NAMES))+.18, NAMES.values(), fontsize=14); ax.tick_params(axis='y', length=0)
    ax.set(xlim=(.3,1.02), ylim=(len(NAMES)-.4,-.3))
    ax.set_xlabel('AUC of tail against ear, with 95 % intervals over videos (dotted: a coin)', fontsize=12)
    handles = [plt.Line2D([], [], marker='o', ms=10, ls='', color=c) for _,c in SIDES.values()]
    ax.legend(handles, [s for s,_ in SIDES.values()], loc='lower left', bbox_to_anchor=(0,1), borderpad=0, borderaxespad=.3,
              ncols=2, frameon=False, fontsize=13, handletextpad=.2)
    for s in ('top','right','left'): ax.spines[s].set_visible(False)

def picture(demo):
    "The figure, and the share of its height that the strips take"
    rows = list(strips(demo))
    strip,title,below = WIDTH*SIZE[0]/(SIZE[1]*FRAMES),.3,3.1 # inches
    high = len(rows)*(strip+title)+below
    fig = plt.figure(figsize=(WIDTH,high))
    for i,(text,frames) in enumerate(rows):
        ax = fig.add_axes([.007, 1-(i+1)*(strip+title)/high, .986, strip/high])
        row = np.concatenate([np.pad(f, ((0,0),(2,2),(0,0)), constant_values=255) for f in frames], 1)
        ax.imshow(row, interpolation='lanczos', aspect='auto'); ax.axis('off')
        ax.set_title(text, loc='left', fontsize=14, pad=4)
    measured(demo, fig.add_axes([.19, .6/high, .56, 2./high]))
    return fig,1-below/high

def write(fig, share, path):
    "Write `fig` as a light PNG: few colours, some for the strips (`share` of its height), some for the rest"
    buffer = io.BytesIO()
    fig.savefig(buffer, dpi=100, facecolor='white')
    whole = Image.open(buffer).convert('RGB')
    cut,(w,h) = round(whole.height*share),whole.size
    parts = [whole.crop(box).quantize(n, dither=Image.Dither.NONE) for box,n in (((0,0,w,cut),192), ((0,cut,w,h),64))]
    out = Image.fromarray(np.concatenate([np.asarray(parts[0]), np.asarray(parts[1])+192]).astype(np.uint8))
    out.putpalette([v for part,n in zip(parts, (192,64)) for v in (part.getpalette()+[0]*768)[:3*n]])
    out.save(path, optimize=True)
    print(f'{path.name}: {w} x {h} pixels, {path.stat().st_size/1024:.0f} KB')

if __name__=='__main__':
    if len(sys.argv)!=2: sys.exit(__doc__.split('\n')[0])
    write(*picture(Path(sys.argv[1])), Path(__file__).with_name('demo.png'))
