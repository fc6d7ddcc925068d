"""Run notebooks, store their outputs, and say whether stored outputs are those of the current source.

`_outputs.py run [--flags "slow"] [NOTEBOOK...]` executes and stores; `_outputs.py check` names every stale cell.
A code cell's `source_hash` covers every code cell up to and including it, so an output is stale when anything that it was computed
after has changed. A cell behind a test flag (slow, data, cuda) is run on request only: its hash covers its own source."""
import argparse, hashlib, re, sys, tempfile
from pathlib import Path
from fastcore.nbio import read_nb, write_nb
from matplotlib import rc_context
from nbdev.clean import nbdev_clean
from nbdev.config import get_config
from nbdev.test import nb_test_cells, test_nb

def notebooks(paths=()):
    "The notebooks at `paths`, by default all below nbs/"
    root = get_config().nbs_path
    hidden = lambda p: any(q.startswith(('_','.')) for q in p.relative_to(root).parts)
    return [Path(p) for p in paths] or sorted(p for p in root.rglob('*.ipynb') if not hidden(p))

def _flagged(cell, flags): return any(re.search(rf'^#\| *{f}\b', ''.join(cell.source), re.M) for f in flags)

def hashes(nb, flags):
    "`(cell, hash)` for every code cell of `nb`"
    chain = ''
    for c in nb.cells:
        if c.cell_type!='code': continue
        own = ''.join(c.source)
        if _flagged(c, flags): yield c, hashlib.sha256(own.encode()).hexdigest()[:12]
        else:
            chain = hashlib.sha256((chain+own).encode()).hexdigest()[:12]
            yield c, chain

def run(path, force=()):
    "Execute `path`, store its outputs and stamp what was executed; False where a cell failed"
    cfg = get_config()
    flags = cfg.tst_flags.split()
    with rc_context(): # a notebook's settings of pictures are not those of the next one
        ok,secs = test_nb(path, skip_flags=flags, force_flags=list(force), basepath=cfg.config_path, save=True,
                          cell_timeout=cfg.cell_timeout)
    if not ok: return print(f'{path}: FAILED') or False
    nbdev_clean.__wrapped__(str(path)) if hasattr(nbdev_clean, '__wrapped__') else nbdev_clean(str(path))
    nb = read_nb(path)
    ran = {c.id for c in nb_test_cells(path, flags, force)}
    for c,h in hashes(nb, flags):
        if c.id in ran or not _flagged(c, flags): c.metadata['source_hash'] = h
    write_nb(nb, path)
    print(f'{path}: stored after {secs:.0f} s')
    return True

def machine_paths():
    "A pattern for paths that only this machine, or somebody's, has"
    here = {str(Path.home()), tempfile.gettempdir(), str(get_config().config_path.parent)}
    dirs = here | set('/home /Users /root /tmp /work /opt /var/folders'.split())
    return re.compile('(?<![\\w.])(' + '|'.join(re.escape(d) for d in sorted(dirs) if d!='/') + r')/[\w.-]+')

def stale(path):
    "One line for every cell of `path` whose stored output cannot be trusted"
    nb, flags, found, machine = read_nb(path), get_config().tst_flags.split(), [], machine_paths()
    for c,h in hashes(nb, flags):
        at = f'{path} cell {c.id}'
        if c.metadata.get('source_hash')!=h: found.append(f'{at}: not the output of this source; run `python nbs/_outputs.py run {path}`')
        for o in c.get('outputs', []):
            if o.output_type=='error': found.append(f'{at}: stores an error')
            shown = str(o.get('text','')) + str({k:v for k,v in o.get('data',{}).items() if k.startswith('text/')})
            if m := machine.search(shown): found.append(f'{at}: shows a path of one machine ({m.group(0)})')
    return found

def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('verb', choices=['run','check']); p.add_argument('paths', nargs='*'); p.add_argument('--flags', default='')
    a = p.parse_args()
    if a.verb=='run': sys.exit(not all([run(n.absolute(), a.flags.split()) for n in notebooks(a.paths)]))
    found = [f for n in notebooks(a.paths) for f in stale(n)]
    print('\n'.join(found) or f'outputs are fresh in {len(notebooks(a.paths))} notebooks')
    sys.exit(bool(found))

if __name__=='__main__': main()
