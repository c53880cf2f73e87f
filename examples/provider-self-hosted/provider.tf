terraform {
  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1.0"
    }
  }
}

# Reads UNPOD_API_TOKEN from the environment.
provider "unpod" {
  org_handle  = "acme"
  base_url    = "https://voice.example.com/unpod"
  ca_cert_pem = file("${path.module}/ca.pem")

  # The platform responds slowly: wait longer, but retry less often.
  request_timeout = "1m30s"
  max_retries     = 2
}
