"Package metadata lives in settings.ini; this file hands it to setuptools."
from configparser import ConfigParser
from pathlib import Path
from setuptools import setup, find_packages

cfg = ConfigParser(interpolation=None)
cfg.read(Path(__file__).parent/'settings.ini', encoding='utf-8')
d = cfg['DEFAULT']
extras = {k[:-len('_requirements')]: v.split() for k,v in d.items() if k.endswith('_requirements')}

setup(
    version=d['version'], description=d['description'], license_expression=d['license'],
    author=d['author'], author_email=d['author_email'], keywords=d['keywords'].split(),
    long_description=Path('README.md').read_text(encoding='utf-8'), long_description_content_type='text/markdown',
    python_requires='>='+d['min_python'],
    packages=find_packages(include=['crosssuck', 'crosssuck.*']), package_data={'crosssuck': ['recipes/*.yaml']},
    install_requires=d['requirements'].split(), extras_require=extras,
    entry_points={'console_scripts': d['console_scripts'].split(), 'nbdev': ['crosssuck=crosssuck._modidx:d']},
    classifiers=['Programming Language :: Python :: 3'],
)
