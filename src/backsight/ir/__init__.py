"""The Program: backsight's one data structure. See ARCHITECTURE.md."""
