"""The program as its users meet it: started for real, in real folders, with the real git."""
