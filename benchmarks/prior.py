"""What the labels of the neighbouring frames, given in training (`clip.prior`), do to a network that is judged without them.

`python benchmarks/prior.py RUNS [--size 64] [--epochs 15]` trains what is not finished below the folder RUNS and writes, beside this file,
prior.csv (figures with intervals) and prior_differences.csv (each arm minus `none`, paired by recording). It needs `../shared/data/video`.

No race but an experiment. The recipe `interaction_cnn`, small (64 pixels, batches of 16), on five frames a second of the 205 real
surveillance clips, in three arms: the fifth channel holds the labels of the neighbours in training (`neighbours`), for half of the clips
(`dropout`: `augment.prior_dropout`) or nothing (`none`). A clip is a fight or none from end to end, so that the neighbours' labels are the
answer: the hardest case of a prior. Five folds by source recording, so that every clip is judged once, by a network that saw none of its
recording; the next fold chooses the weights. Every arm is judged twice: without labels, as it will be used (`judged: none`), and with the
neighbours' (`judged: neighbours`), as it would look. `collapsed` counts the epochs, of all folds, in which every validation clip was called
by one name.
"""
import argparse
import json
from pathlib import Path
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold
from crosssuck.config import load_config
from crosssuck.data.events import read_events
from crosssuck.data.frames import balance_sequences, read_sequences, write_sequences
from crosssuck.experiment_frames import extract_videos, run_frames
from crosssuck.score.intervals import cluster_bootstrap, paired_differences
from crosssuck.train.interaction import predict_sequences

ARMS = dict(none=('none',0.), neighbours=('neighbours',0.), dropout=('neighbours',.5)) # clip.prior, augment.prior_dropout
METRICS = ['auc','balanced_accuracy']
FIGHTS = Path(__file__).parents[2]/'shared/data/video/surveillance_fights'


def frames_of(a):
    "Frames of the surveillance clips, labelled, with `unit`, the recording that a clip was cut from"
    clips = pd.read_csv(FIGHTS/'clips.csv')
    whole = clips.assign(video=clips.file, start_s=0., duration_s=3600.)
    films = read_events(whole.loc[whole.label=='fight', ['video','start_s','duration_s','label']])
    frames,_ = extract_videos([FIGHTS/f for f in clips.file], a.runs/'frames', films, fps=5, size=a.size)
    return frames.assign(unit=frames.video.map(clips.set_index('file').source))


def configured(a, name, more):
    "The recipe, small"
    own = [f'name={name}', f'clip.size={a.size}', f'train.epochs={a.epochs}', 'train.batch_size=16', 'split={how: given}',
           'evaluation.cluster=unit', 'evaluation.attention=0', 'device=cpu']
    return load_config('interaction_cnn', [*own, *more])


def tables(a):
    "The clip tables of the folds, with their sides"
    frames = frames_of(a)
    clips = balance_sequences(frames)
    clips = clips.assign(unit=clips.video.map(frames.groupby('video').unit.first()))
    folds = [i for _,i in StratifiedGroupKFold(5, shuffle=True, random_state=42).split(clips, clips.label, clips.unit)]
    for k,test in enumerate(folds):
        side = pd.Series('train', clips.index)
        side.iloc[folds[(k+1)%5]],side.iloc[test] = 'val','test'
        yield write_sequences(clips.assign(split=side), a.runs/f'clips_{k}.csv')


def judged(a, arm):
    "`({prior: predictions of every clip}, epochs that collapsed)` of an arm, trained where it is not"
    found,epochs = dict(none=[], neighbours=[]),[]
    for k,table in enumerate(tables(a)):
        folder,(prior,dropout) = a.runs/f'{arm}_{k}',ARMS[arm]
        if not (folder/'finished.json').exists():
            more = [f'data.sequences={table}', 'data.frames=null', f'clip.prior={prior}', f'augment.prior_dropout={dropout}']
            config = configured(a, f'{arm}_{k}', more)
            run_frames(config, folder, resume=(folder/'config.yaml').exists(), progress=False)
        clips = read_sequences(table)[0].query('split=="test"').reset_index(drop=True)
        epochs += ['collapsed' in e for e in json.loads((folder/'training_history.json').read_text())]
        for judge,tabs in found.items(): tabs.append(predict_sequences(folder/'models/interaction_cnn.pt', clips, judge, 32)[0])
    return {p: pd.concat(t, ignore_index=True) for p,t in found.items()},f'{sum(epochs)} of {len(epochs)}'


def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('runs', type=Path)
    for name,value in dict(size=64, epochs=15).items(): p.add_argument(f'--{name}', type=int, default=value)
    a = p.parse_args()
    a.runs = a.runs.absolute()
    made,rows = {arm: judged(a, arm) for arm in ARMS},[]
    for arm,(by,collapsed) in made.items():
        for judge,t in by.items():
            facts = dict(prior=arm, judged=judge, collapsed=collapsed, clips=len(t), recordings=t.unit.nunique())
            for metric,f in cluster_bootstrap(t, METRICS, 'unit', 'interaction').items():
                rows.append(dict(facts, metric=metric, **{k: f[k] for k in ('value','low','high')}))
    apart = paired_differences({arm: [by['none']] for arm,(by,_) in made.items()}, 'none', METRICS, 'unit', 'interaction')
    apart = apart[['run','reference','metric','value','low','high','p','p_holm']]
    for name,t in dict(prior=pd.DataFrame(rows), prior_differences=apart).items():
        t.round(4).to_csv(Path(__file__).with_name(f'{name}.csv'), index=False)
        print(t.to_string(index=False))


if __name__=='__main__': main()
