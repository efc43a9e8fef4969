"""Departments and categories of products: the rule files of this folder, and what reads them."""
