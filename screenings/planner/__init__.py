"""From accepted programmes to a grid: a quick first plan, a bound, then a better plan."""
