"""The pure core: values in, values out. No network, file, clock, random or framework."""
