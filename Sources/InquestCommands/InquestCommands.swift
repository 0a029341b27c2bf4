// InquestCommands
