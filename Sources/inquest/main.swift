import InquestCommands

Program.main()
