"""What lies on the volume: raw versions, their manifests, archives, and the store beside it."""
