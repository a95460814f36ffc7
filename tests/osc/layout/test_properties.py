"""What nodes of TouchOSC have."""

from jackrf.osc.layout.properties import PROPERTIES, VALUES


def test_every_type_of_node_has_values_and_can_be_touched() -> None:
    """The two tables name the same types."""
    assert set(PROPERTIES) - {"*"} == set(VALUES)
    assert all("touch" in values for values in VALUES.values())
