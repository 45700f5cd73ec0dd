"""How may an organisation, a project or a pool be called, so that its name can be a folder, a key and an address?"""

CODE = r"^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$"
