"""AnalyticsService: answers computed over many prices."""
