"""The command's parts for courses: copies of lessons, and marks for what came back."""
