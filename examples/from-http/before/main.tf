variable "unpod_api_token" {
  description = "API token of an Unpod account."
  type        = string
  sensitive   = true
}

data "http" "configurations" {
  url = "https://unpod.dev/api/v2/platform/telephony/providers-configurations/"

  request_headers = {
    Authorization = "Token ${var.unpod_api_token}"
    Org-Handle    = "acme"
  }
}

locals {
  configurations = jsondecode(data.http.configurations.response_body).data
  twilio_id      = one([for c in local.configurations : c.id if c.provider == "twilio"])
}

output "twilio_id" {
  description = "ID of the configuration at Twilio."
  value       = local.twilio_id
}
