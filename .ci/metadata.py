"Assert that what is installed describes itself as settings.ini does"
import re
from configparser import ConfigParser
from importlib import metadata
from pathlib import Path

cfg = ConfigParser(interpolation=None)
cfg.read(Path(__file__).parents[1]/'settings.ini', encoding='utf-8')
said,there = cfg['DEFAULT'],metadata.metadata('crosssuck')

def norm(requirement): return re.sub(r'[\s_.-]+', '-', requirement.split(';')[0].strip().lower()).replace('-,', ',')
def sorted_spec(requirement):
    name,spec = re.fullmatch(r'([\w-]+)(.*)', norm(requirement)).groups()
    return name, ','.join(sorted(spec.split(',')))

extras = {k.removesuffix('_requirements'): v.split() for k,v in said.items() if k.endswith('_requirements')}
installed = metadata.requires('crosssuck')
plain = {sorted_spec(r) for r in installed if 'extra ==' not in r}
scripts = {f'{e.name}={e.value}' for e in metadata.distribution('crosssuck').entry_points if e.group=='console_scripts'}
checks = {
    'version': (there['Version'], said['version']), 'description': (there['Summary'], said['description']),
    'licence': (there['License-Expression'], said['license']), 'python': (there['Requires-Python'], f'>={said["min_python"]}'),
    'requirements': (plain, {sorted_spec(r) for r in said['requirements'].split()}),
    'extras': (set(there.get_all('Provides-Extra') or []), set(extras)),
    'scripts': (scripts, set(said['console_scripts'].split()))}
for x,wanted in extras.items():
    there_now = {sorted_spec(r) for r in installed if re.search(rf'extra == [\'"]{x}[\'"]', r)}
    checks[f'extra {x}'] = there_now, {sorted_spec(r) for r in wanted}
wrong = [f'{k}: installed {a}, settings.ini {b}' for k,(a,b) in checks.items() if a!=b]
assert not wrong, '\n'.join(wrong)
print(f'{len(checks)} facts of settings.ini stand in the installed metadata')
