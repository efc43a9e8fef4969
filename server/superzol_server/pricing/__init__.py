"""PricingService: what a product costs, where, and what it did cost."""
