"""Pages for tablets, made from the desk and the table of addresses.

mixer → `arrange` → `page` → `tosc` (with `properties`), `open_stage_control`, `picture`
"""
