"The rooms of crosssuck from the top of the house to the bottom: a room imports only rooms above it (`python nbs/_rooms.py` checks)"
import ast, sys
from pathlib import Path

ROOMS = """errors
score.metrics score.intervals score.postprocess score.sweeps score.events score.calibration score.confounds score.mistakes score.affect
schema config_signals config_affect config_frames config_events config_features config_stages config runs stages device
data.events data.splits data.video data.images data.leakage data.intake data.augment data.sampling data.background
data.clips data.frames data.scenes data.signals data.barn data.synthetic_scenes
models.interaction models.zoo models.borrowed models.cost models.frames models.columns
models.features models.scenes models.faces models.signals
train.losses train.distributed train.callbacks train.checkpoints train.robust train.learners train.phases train.logs
train.interaction train.tracking train.scenes train.signals
infer.predict infer.frames infer.probe infer.review infer.tracks infer.resume infer.scan_signals infer.scan_frames infer.scan
fuse.experts fuse.fusion infer.affect
evaluation evaluation_signals card report report_signals report_affect compare course experiment_signals
experiment_affect experiment_frames experiment_features experiment_stages experiment sweep demo cli""".split()
NO_TORCH = 'errors score. schema config runs stages'.split()

def imports(path, package):
    "Every module named by an import statement of the file at `path`, with its line; relative ones (nbdev exports those) made absolute"
    here = ('crosssuck', *path.relative_to(package).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
        if isinstance(node, ast.Import): yield from ((a.name, node.lineno) for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = '.'.join(here[:len(here)+1-node.level]) if node.level else ''
            module = '.'.join(p for p in (start, node.module) if p)
            yield module, node.lineno
            yield from ((f'{module}.{a.name}', node.lineno) for a in node.names)

def faults(package):
    "One line for every import that climbs down the house, and for torch in a room that must do without"
    found = []
    for path in sorted(package.rglob('*.py')):
        room = '.'.join(path.relative_to(package).with_suffix('').parts)
        if path.name in ('__init__.py', '_modidx.py', '__main__.py'): continue
        if room not in ROOMS: found.append(f'{path}: `{room}` is no room of nbs/_rooms.py'); continue
        below = set(ROOMS[ROOMS.index(room):])
        for name,line in imports(path, package):
            inner = name.removeprefix('crosssuck.')
            if inner!=name and inner in below: found.append(f'{path}:{line}: `{room}` imports `{inner}`, which stands below it')
            if room.startswith(tuple(NO_TORCH)) and name.split('.')[0] in ('torch','fastai','torchvision','timm'):
                found.append(f'{path}:{line}: `{room}` must not import {name}')
    return found

if __name__=='__main__':
    found = faults(Path(__file__).parents[1]/'crosssuck')
    print('\n'.join(found) or f'import order: {len(ROOMS)} rooms, no fault')
    sys.exit(bool(found))
