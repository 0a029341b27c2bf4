// Asks URL so often with a deadline and gives up each time: URL COUNT MILLISECONDS.
package main

import (
	"net/http"
	"os"
	"strconv"
	"time"
)

func main() {
	count, _ := strconv.Atoi(os.Args[2])
	limit, _ := strconv.Atoi(os.Args[3])
	client := &http.Client{Timeout: time.Duration(limit) * time.Millisecond}
	for number := 0; number < count; number++ {
		if answer, err := client.Get(os.Args[1]); err == nil {
			answer.Body.Close()
		}
		time.Sleep(200 * time.Millisecond)
	}
}
