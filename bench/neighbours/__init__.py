"""What jackrf is held against, and the rig between which all are measured."""
