"""What reproduces an incident, looks at it with Inquest and judges what comes out."""
