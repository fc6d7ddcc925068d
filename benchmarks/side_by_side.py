"""Baseline and networks on the 205 real surveillance clips, five folds by source. `python benchmarks/side_by_side.py RUNS` trains what
is not finished below the folder RUNS and writes, beside this file, side_by_side.csv (figures), side_by_side_differences.csv (each minus
the motion baseline, paired by source) and side_by_side_curves.csv (losses of every epoch)"""
import sys
from pathlib import Path
import pandas as pd
from crosssuck.config import load_config
from crosssuck.experiment import run
from crosssuck.score.intervals import cluster_bootstrap, paired_differences
from crosssuck.score.metrics import read_predictions

RECIPES = ['surveillance_motion','surveillance_fights','surveillance_interaction','surveillance_vit_gru']
METRICS = ['auc','pr_auc','balanced_accuracy']

def trained(recipe, below):
    "The finished run folder of `recipe`"
    folder = below/recipe
    if not (folder/'finished.json').exists(): run(recipe, folder, resume=(folder/'config.yaml').exists(), progress=False)
    return folder

def curves(folder, name):
    "One row a fold and epoch: losses"
    histories = sorted(folder.glob('**/training_history.json'))
    rows = [dict(run=name, fold=i, epoch=e['epoch'], train_loss=e['train_loss'], valid_loss=e['valid_loss'])
            for i,h in enumerate(histories) for e in pd.read_json(h, typ='series').tolist() if isinstance(e, dict)]
    return pd.DataFrame(rows)

def main(below):
    here = Path(__file__).parent
    folders = {r: trained(r, below) for r in RECIPES}
    tables = {r: read_predictions(f/'test_predictions.csv') for r,f in folders.items()}
    rows = []
    for name,t in tables.items():
        for metric,f in cluster_bootstrap(t, METRICS, 'source', 'fight').items():
            rows.append(dict(run=name, kind=load_config(name).kind, metric=metric, clips=len(t), clusters=t.source.nunique(),
                             **{k: round(f[k], 4) for k in ('value','low','high')}))
    pd.DataFrame(rows).to_csv(here/'side_by_side.csv', index=False)
    d = paired_differences({n: [t] for n,t in tables.items()}, 'surveillance_motion', METRICS, 'source', 'fight')
    d = d[['run','reference','metric','value','low','high','p','p_holm']]
    d.assign(**d.iloc[:,3:].astype(float).round(4)).to_csv(here/'side_by_side_differences.csv', index=False)
    pd.concat([curves(f, n) for n,f in folders.items()]).round(5).to_csv(here/'side_by_side_curves.csv', index=False)
    print(pd.DataFrame(rows).to_string(index=False)); print(d.to_string(index=False))

if __name__=='__main__': main(Path(sys.argv[1]))
