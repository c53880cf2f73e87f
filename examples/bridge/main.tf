terraform {
  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1.0"
    }
  }
}

# Reads the credentials and the address from the environment, as the module does.
provider "unpod" {}

module "support_line" {
  source = "./modules/bridge"

  bridge_slug   = "support-line"
  phone_number  = "+14155550100"
  provider_slug = "twilio"
}

output "support_line" {
  description = "How the support line is connected."
  value       = module.support_line.connection
}
