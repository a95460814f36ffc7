"""Sessions: files that say which inputs, mixes and destinations there are; how they are kept.

* what a file may say: `session` `surfaces` `listening` `web`, made of `tables` and `fields`, with
  what must hold `between` them; `schema` for editors, `migration` of older formats
* reading: `reading` says what is wrong and on which of the `lines`; `opening` has a good copy then
* saving: `store` puts into the file what changed, as `ledger` knows it: `document` `editing`
  `statements` change a text in place, `writing` puts it on the disk, `backups` keeps what was
* `journal`: what is not saved yet, for a power cut, in its `journal_lines`
* scenes: `scenes` `scene_text` `scene_files`, and which one is `current`
* a session manager: `nsm` `nsm_messages` without I/O, `nsm_client` with it, `project` its folder
* commands: `commands` `check` `check_listening` `check_surfaces` `difference`; `starting` `shipped`
  are what to begin with
"""
