"""What people do, each as one verb over store and engine."""
