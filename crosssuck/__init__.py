def __getattr__(name):
    if name=='__version__':
        from importlib.metadata import version
        return version('crosssuck')
    raise AttributeError(name)
